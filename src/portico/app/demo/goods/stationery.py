"""Paper and pencils."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large

THINGS = (
    Thing(
        slug="diario-notebook", sku="STA-DIAR", category="stationery", kind="notebook", style="band", ground="lilac", stock=2,
        titles=said("Diario notebook", "Cuaderno Diario", "Taccuino Diario", "Блокнот «Диарио»"),
        descriptions=said(
            "192 dotted pages that lie flat, held shut by an elastic band.",
            "192 páginas punteadas que se abren del todo, cerradas con una goma.",
            "192 pagine puntinate che restano aperte, chiuse da un elastico.",
            "192 страницы в точку, раскрываются полностью; закрывается на резинку.",
        ),
        material="paper", dimensions="", care="away", colours=("plum", "sage"), accents=("ochre",), price=1690,
        sizes=small_medium_large("9 × 14 cm", "15 × 21 cm"),
    ),
    Thing(
        slug="semana-planner", sku="STA-SEMA", category="stationery", kind="notebook", style="planner", ground="mist", stock=2,
        titles=said("Semana undated planner", "Agenda sin fechas Semana", "Agenda perpetua Semana", "Недатированный ежедневник «Семана»"),
        descriptions=said(
            "Begins whenever you do: 53 weeks without a single date.",
            "Empieza cuando usted empiece: 53 semanas sin una sola fecha.",
            "Comincia quando cominciate voi: 53 settimane senza una data.",
            "Начинается тогда, когда начнёте вы: 53 недели без единой даты.",
        ),
        material="paper", dimensions="15 × 21 cm", care="away", colours=("petrol", "terracotta"), accents=("terracotta", "ochre"), price=1990,
    ),
    Thing(
        slug="horizonte-sketchbook", sku="STA-HORI", category="stationery", kind="notebook", style="hills", ground="sand",
        titles=said("Horizonte sketchbook", "Cuaderno de dibujo Horizonte", "Album da disegno Orizzonte", "Скетчбук «Горизонт»"),
        descriptions=said(
            "Heavy paper, 160 g, that takes pencil, ink and a light wash.",
            "Papel grueso, 160 g, para lápiz, tinta y aguadas ligeras.",
            "Carta spessa, 160 g, per matita, inchiostro e acquerelli leggeri.",
            "Плотная бумага 160 г — для карандаша, туши и лёгкой акварели.",
        ),
        material="paper", dimensions="21 × 28 cm", care="away", colours=("ochre", "sky"), accents=("terracotta", "cream"), price=2190,
    ),
    Thing(
        slug="cinco-pencils", sku="STA-CINC", category="stationery", kind="pencils", style="five", ground="blush", stock=2,
        titles=said("Cinco pencils, set of five", "Lápices Cinco, juego de cinco", "Matite Cinque, set di cinque", "Карандаши «Пять», набор"),
        descriptions=said(
            "Soft HB leads in cedar. They smell of a new school year.",
            "Minas HB suaves en madera de cedro. Huelen a curso nuevo.",
            "Mine HB morbide in legno di cedro. Profumano di anno scolastico nuovo.",
            "Мягкие грифели HB в кедре. Пахнут новым учебным годом.",
        ),
        material="cedar", dimensions="18 cm", care="dry", colours=("terracotta", "petrol"), accents=("petrol", "ochre"), price=790,
    ),
)  # fmt: skip
