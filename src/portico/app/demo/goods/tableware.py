"""What is on the table."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large

THINGS = (
    Thing(
        slug="barro-mug", sku="TBL-BARR", category="tableware", kind="mug", style="round", ground="sand", stock=3,
        titles=said("Barro mug", "Taza Barro", "Tazza Barro", "Кружка «Барро»"),
        descriptions=said(
            "Dipped in glaze by hand and left bare at the foot. Holds 350 ml and the warmth.",
            "Bañada a mano en esmalte, con la base al natural. Caben 350 ml y se queda el calor.",
            "Immersa a mano nello smalto, con la base al naturale. Tiene 350 ml e il calore.",
            "Глазурована вручную, низ оставлен открытым. Вмещает 350 мл и держит тепло.",
        ),
        material="stoneware", dimensions="Ø 9 × 9 cm", care="dishwasher", colours=("sky", "sage", "rose", "ochre"), price=1290,
    ),
    Thing(
        slug="raya-tall-mug", sku="TBL-RAYA", category="tableware", kind="mug", style="tall", ground="blush", stock=3,
        titles=said("Raya tall mug", "Taza alta Raya", "Tazza alta Raya", "Высокая кружка «Райя»"),
        descriptions=said(
            "Tall, with two painted lines, for long coffees and longer mornings. 420 ml.",
            "Alta, con dos líneas pintadas, para cafés largos y mañanas más largas. 420 ml.",
            "Alta, con due righe dipinte, per caffè lunghi e mattine ancora più lunghe. 420 ml.",
            "Высокая, с двумя расписными полосками — для долгого кофе и ещё более долгого утра. 420 мл.",
        ),
        material="stoneware", dimensions="Ø 8 × 12 cm", care="dishwasher", colours=("terracotta", "petrol", "plum"), price=1390,
    ),
    Thing(
        slug="sorbo-cup", sku="TBL-SORB", category="tableware", kind="mug", style="cup", ground="oat", stock=2,
        titles=said("Sorbo cup", "Taza Sorbo", "Tazzina Sorbo", "Чашка «Сорбо»"),
        descriptions=said(
            "A wide cup on a small foot, in two sizes: one for espresso, one for cappuccino.",
            "Una taza ancha con un pie pequeño, en dos tamaños: para espresso y para capuchino.",
            "Una tazza ampia su un piccolo piede, in due misure: per espresso e per cappuccino.",
            "Широкая чашка на маленькой ножке, двух размеров: для эспрессо и для капучино.",
        ),
        material="stoneware", dimensions="", care="dishwasher", colours=("cream", "sage"), price=1190,
        sizes=small_medium_large("80 ml", "220 ml", costs=(0.75, 1.0)),
    ),
    Thing(
        slug="orilla-plate", sku="TBL-ORIL", category="tableware", kind="plate", style="rim", ground="blush", stock=3,
        titles=said("Orilla plate", "Plato Orilla", "Piatto Orilla", "Тарелка «Орилья»"),
        descriptions=said(
            "Cream stoneware with a rim painted in one turn of the wheel.",
            "Gres crema con el borde pintado en una sola vuelta de torno.",
            "Gres crema con il bordo dipinto in un solo giro di tornio.",
            "Кремовая керамика с каймой, проведённой за один оборот круга.",
        ),
        material="stoneware", dimensions="", care="dishwasher", colours=("cream",), accents=("petrol",), price=1590,
        sizes=small_medium_large("Ø 21 cm", "Ø 27 cm", costs=(0.75, 1.0)),
    ),
    Thing(
        slug="llana-plate", sku="TBL-LLAN", category="tableware", kind="plate", style="plain", ground="sand", stock=2,
        titles=said("Llana plate", "Plato Llana", "Piatto Llana", "Тарелка «Льяна»"),
        descriptions=said(
            "A plain dinner plate with a soft rim. Mix the colours, they were made to meet.",
            "Un plato llano de borde suave. Mezcle los colores: están hechos para encontrarse.",
            "Un piatto piano dal bordo morbido. Mescolate i colori: sono fatti per incontrarsi.",
            "Простая обеденная тарелка с мягким краем. Смешивайте цвета: они созданы друг для друга.",
        ),
        material="stoneware", dimensions="Ø 27 cm", care="dishwasher", colours=("rose", "sage", "ochre"), price=1490,
    ),
    Thing(
        slug="familia-plate-set", sku="TBL-FAMI", category="tableware", kind="plate", style="stack", ground="mist",
        titles=said("Familia set of four plates", "Juego de cuatro platos Familia", "Set di quattro piatti Familia", "Набор из четырёх тарелок «Фамилия»"),
        descriptions=said(
            "Four plates in two tones, for a table where someone always joins late.",
            "Cuatro platos en dos tonos, para una mesa a la que siempre llega alguien tarde.",
            "Quattro piatti in due toni, per una tavola a cui qualcuno arriva sempre tardi.",
            "Четыре тарелки двух тонов — для стола, за который кто-то всегда опаздывает.",
        ),
        material="stoneware", dimensions="Ø 24 cm", care="dishwasher", colours=("sage", "terracotta"), accents=("cream",), price=4990,
    ),
    Thing(
        slug="huerta-bowl", sku="TBL-HUER", category="tableware", kind="bowl", style="footed", ground="mist",
        titles=said("Huerta fruit bowl", "Frutero Huerta", "Fruttiera Huerta", "Фруктовница «Уэрта»"),
        descriptions=said(
            "A generous bowl on a foot: fruit on weekdays, salad on Sunday.",
            "Un bol generoso con pie: fruta entre semana, ensalada el domingo.",
            "Una ciotola generosa con piede: frutta in settimana, insalata la domenica.",
            "Просторная чаша на ножке: в будни — фрукты, в воскресенье — салат.",
        ),
        material="stoneware", dimensions="Ø 28 × 12 cm", care="dishwasher", colours=("petrol", "cream", "terracotta"), price=3490,
    ),
    Thing(
        slug="merienda-teapot", sku="TBL-MERI", category="tableware", kind="pot", style="teapot", ground="sand",
        titles=said("Merienda teapot", "Tetera Merienda", "Teiera Merienda", "Заварочный чайник «Мерьенда»"),
        descriptions=said(
            "Pours without dripping. A steel filter is inside, an oak handle stays cool. 900 ml.",
            "Sirve sin gotear. Con filtro de acero y un asa de roble que no quema. 900 ml.",
            "Versa senza gocciolare. Filtro in acciaio e manico in rovere che non scotta. 900 ml.",
            "Наливает без капель. Внутри стальной фильтр, дубовая ручка не греется. 900 мл.",
        ),
        material="stoneware", dimensions="24 × 16 × 15 cm", care="hand", colours=("ochre", "petrol"), accents=("oak",), price=4490,
    ),
    Thing(
        slug="fuente-carafe", sku="TBL-FUEN", category="tableware", kind="pot", style="carafe", ground="sky",
        titles=said("Fuente carafe", "Jarra Fuente", "Caraffa Fuente", "Графин «Фуэнте»"),
        descriptions=said(
            "Blown glass, tinted below, with a ball of cork for a lid. One litre.",
            "Vidrio soplado, teñido en la base, con una bola de corcho por tapón. Un litro.",
            "Vetro soffiato, colorato alla base, con una sfera di sughero per tappo. Un litro.",
            "Выдувное стекло, тонированное книзу, с пробковым шаром вместо крышки. Один литр.",
        ),
        material="glass_cork", dimensions="Ø 11 × 26 cm", care="hand", colours=("sage", "rose"), price=2990,
    ),
    Thing(
        slug="brisa-glasses", sku="TBL-BRIS", category="tableware", kind="glass", style="ribbed", ground="lilac", stock=2,
        titles=said("Brisa glasses, set of two", "Vasos Brisa, juego de dos", "Bicchieri Brisa, set di due", "Стаканы «Бриза», два в наборе"),
        descriptions=said(
            "Ribbed, tinted, a pleasure to hold. 250 ml each.",
            "Acanalados, teñidos y agradables en la mano. 250 ml cada uno.",
            "Rigati, colorati, belli da tenere in mano. 250 ml ciascuno.",
            "Рифлёные, цветные, приятные в руке. По 250 мл.",
        ),
        material="glass", dimensions="Ø 8 × 10 cm", care="dishwasher", colours=("rose", "sky", "sage"), price=1790,
    ),
    Thing(
        slug="tabla-board", sku="TBL-TABL", category="tableware", kind="board", style="handle", ground="oat",
        titles=said("Tabla cutting board", "Tabla de cortar Tabla", "Tagliere Tabla", "Разделочная доска «Табла»"),
        descriptions=said(
            "Cut from one plank and oiled. Good for bread, better for cheese.",
            "De una sola pieza y aceitada. Buena para el pan, mejor para el queso.",
            "Ricavato da un'unica asse e oliato. Buono per il pane, meglio per il formaggio.",
            "Из цельной доски, пропитана маслом. Хороша для хлеба, ещё лучше для сыра.",
        ),
        material="wood", dimensions="48 × 20 × 2 cm", care="oil", colours=("oak", "walnut"), price=2790, choice="wood",
    ),
)  # fmt: skip
