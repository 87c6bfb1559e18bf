"""Lamps."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large
from portico.catalog.types import Tracking

THINGS = (
    Thing(
        slug="alba-mushroom-lamp", sku="LGT-ALBA", category="lighting", kind="table_lamp", style="mushroom", ground="sand",
        titles=said("Alba mushroom lamp", "Lámpara seta Alba", "Lampada a fungo Alba", "Лампа-гриб «Альба»"),
        descriptions=said(
            "A round steel cap over a curved foot. Dims by touch, down to the light of a candle.",
            "Una cúpula redonda de acero sobre un pie curvo. Se regula al tacto, hasta la luz de una vela.",
            "Una cupola tonda in acciaio su un piede curvo. Si regola al tocco, fino alla luce di una candela.",
            "Круглый стальной купол на изогнутой ножке. Яркость меняется касанием — до света свечи.",
        ),
        material="steel", dimensions="Ø 28 × 34 cm", care="dry", colours=("terracotta", "ochre", "petrol"), price=6990,
    ),
    Thing(
        slug="duna-table-lamp", sku="LGT-DUNA", category="lighting", kind="table_lamp", style="gourd", ground="mist",
        titles=said("Duna table lamp", "Lámpara de mesa Duna", "Lampada da tavolo Duna", "Настольная лампа «Дюна»"),
        descriptions=said(
            "A full, glazed stoneware belly and a linen shade that makes the evening warmer.",
            "Un cuerpo generoso de gres esmaltado y una pantalla de lino que templa la tarde.",
            "Un corpo pieno in gres smaltato e un paralume in lino che scalda la sera.",
            "Округлое керамическое основание и льняной абажур, с которым вечер теплее.",
        ),
        material="stoneware_linen", dimensions="Ø 32 × 48 cm", care="dry", colours=("sage", "rose", "sky"), price=8490,
    ),
    Thing(
        slug="torre-table-lamp", sku="LGT-TORR", category="lighting", kind="table_lamp", style="column", ground="oat",
        titles=said("Torre table lamp", "Lámpara de mesa Torre", "Lampada da tavolo Torre", "Настольная лампа «Торре»"),
        descriptions=said(
            "A slim column with a wide shade: made for narrow consoles and bedside tables.",
            "Una columna esbelta con pantalla ancha, pensada para consolas estrechas y mesillas.",
            "Una colonna sottile con un paralume ampio, per consolle strette e comodini.",
            "Стройная колонна с широким абажуром: для узких консолей и прикроватных столиков.",
        ),
        material="stoneware_linen", dimensions="Ø 30 × 50 cm", care="dry", colours=("cream", "ink"), price=7490,
    ),
    Thing(
        slug="surco-table-lamp", sku="LGT-SURC", category="lighting", kind="table_lamp", style="ribbed", ground="oat",
        titles=said("Surco table lamp", "Lámpara de mesa Surco", "Lampada da tavolo Surco", "Настольная лампа «Сурко»"),
        descriptions=said(
            "Hand-carved grooves catch the glaze and the light. Each one is a little different.",
            "Surcos tallados a mano que atrapan el esmalte y la luz. No hay dos iguales.",
            "Solchi incisi a mano che raccolgono lo smalto e la luce. Ognuna è un po' diversa.",
            "Вырезанные вручную борозды ловят глазурь и свет. Двух одинаковых нет.",
        ),
        material="stoneware_linen", dimensions="Ø 30 × 46 cm", care="dry", colours=("petrol", "terracotta"), price=7990,
    ),
    Thing(
        slug="ponte-arc-lamp", sku="LGT-PONT", category="lighting", kind="floor_lamp", style="arc", ground="blush", stock=0.4,
        tracking=Tracking.SERIAL,
        titles=said("Ponte arc lamp", "Lámpara de arco Ponte", "Lampada ad arco Ponte", "Торшер-дуга «Понте»"),
        descriptions=said(
            "Reaches over the sofa from behind and puts the light where you read.",
            "Pasa por encima del sofá y pone la luz justo donde se lee.",
            "Passa sopra il divano e porta la luce dove si legge.",
            "Перекидывается через диван и светит туда, где читают.",
        ),
        material="steel", dimensions="110 × 38 × 195 cm", care="dry", colours=("black", "sage"), price=18900,
    ),
    Thing(
        slug="trio-floor-lamp", sku="LGT-TRIO", category="lighting", kind="floor_lamp", style="tripod", ground="mist", stock=0.4,
        titles=said("Trio tripod lamp", "Lámpara de trípode Trio", "Lampada treppiede Trio", "Торшер на треноге «Трио»"),
        descriptions=said(
            "Three oak legs and a cotton shade. Stands firm, even on an old parquet floor.",
            "Tres patas de roble y una pantalla de algodón. Firme incluso sobre un parqué viejo.",
            "Tre gambe in rovere e un paralume in cotone. Stabile anche su un vecchio parquet.",
            "Три дубовые ножки и хлопковый абажур. Устойчив даже на старом паркете.",
        ),
        material="oak_cotton", dimensions="Ø 55 × 150 cm", care="dry", colours=("linen", "terracotta"), accents=("oak",), price=14900,
    ),
    Thing(
        slug="luna-pendant", sku="LGT-LUNA", category="lighting", kind="pendant", style="globe", ground="blush",
        titles=said("Luna pendant lamp", "Lámpara colgante Luna", "Lampada a sospensione Luna", "Подвесной светильник «Луна»"),
        descriptions=said(
            "A globe of opal glass that lights the whole table without dazzling anyone.",
            "Un globo de vidrio opalino que ilumina toda la mesa sin deslumbrar.",
            "Un globo di vetro opalino che illumina tutta la tavola senza abbagliare.",
            "Шар из опалового стекла: освещает весь стол и никого не слепит.",
        ),
        material="opal", dimensions="", care="damp", colours=("cream",), price=8900,
        sizes=small_medium_large("Ø 25 cm", "Ø 35 cm", costs=(0.75, 1.0, 1.4)),
    ),
    Thing(
        slug="cesta-woven-pendant", sku="LGT-CEST", category="lighting", kind="pendant", style="woven", ground="oat",
        titles=said("Cesta woven pendant", "Lámpara de ratán Cesta", "Sospensione intrecciata Cesta", "Плетёный светильник «Сеста»"),
        descriptions=said(
            "Woven by hand from rattan; its pattern of light moves across the ceiling.",
            "Tejida a mano en ratán; su dibujo de luz recorre el techo.",
            "Intrecciata a mano in rattan; il suo disegno di luce percorre il soffitto.",
            "Сплетён вручную из ротанга; узор света ложится на потолок.",
        ),
        material="rattan", dimensions="Ø 45 × 32 cm", care="dry", colours=("oak", "walnut"), price=9900, choice="colour",
    ),
    Thing(
        slug="campana-pendant", sku="LGT-CAMP", category="lighting", kind="pendant", style="dome", ground="sky",
        titles=said("Campana pendant lamp", "Lámpara colgante Campana", "Sospensione Campana", "Подвесной светильник «Кампана»"),
        descriptions=said(
            "A wide steel dome for the kitchen table. Matt outside, cream inside.",
            "Una campana ancha de acero para la mesa de la cocina. Mate por fuera, crema por dentro.",
            "Un'ampia campana in acciaio per il tavolo della cucina. Opaca fuori, crema dentro.",
            "Широкий стальной купол над кухонным столом. Снаружи матовый, внутри кремовый.",
        ),
        material="steel", dimensions="Ø 40 × 24 cm", care="dry", colours=("petrol", "sage", "terracotta"), price=7900,
    ),
    Thing(
        slug="grua-desk-lamp", sku="LGT-GRUA", category="lighting", kind="desk_lamp", style="jointed", ground="sand",
        titles=said("Grua desk lamp", "Flexo Grúa", "Lampada da scrivania Grua", "Рабочая лампа «Груа»"),
        descriptions=said(
            "Two joints, one steady foot: bends to your notebook and stays there.",
            "Dos articulaciones y un pie firme: se inclina sobre el cuaderno y ahí se queda.",
            "Due snodi e un piede saldo: si piega sul quaderno e resta lì.",
            "Два шарнира и устойчивое основание: наклоняется к тетради и не сползает.",
        ),
        material="steel", dimensions="18 × 45 × 52 cm", care="dry", colours=("terracotta", "black", "sky"), price=5990,
    ),
)  # fmt: skip
