"""Vases, mirrors, a clock, candles and scents."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large

THINGS = (
    Thing(
        slug="rio-bottle-vase", sku="DEC-RIO", category="decor", kind="vase", style="bottle", ground="mist",
        titles=said("Rio bottle vase", "Jarrón botella Río", "Vaso a bottiglia Rio", "Ваза-бутыль «Рио»"),
        descriptions=said(
            "A long neck that holds a few tall stems upright.",
            "Un cuello largo que sostiene derechos unos pocos tallos altos.",
            "Un collo lungo che tiene dritti pochi steli alti.",
            "Длинное горло, в котором прямо стоят несколько высоких стеблей.",
        ),
        material="stoneware", dimensions="", care="hand", colours=("petrol", "terracotta"), price=3490,
        sizes=small_medium_large("Ø 12 × 26 cm", "Ø 16 × 34 cm"),
    ),
    Thing(
        slug="anfora-vase", sku="DEC-ANFO", category="decor", kind="vase", style="amphora", ground="blush",
        titles=said("Anfora vase", "Jarrón Ánfora", "Vaso Anfora", "Ваза «Амфора»"),
        descriptions=said(
            "Shaped after the jars that once carried oil. Lovely with dried grasses.",
            "Con la forma de las tinajas que llevaban aceite. Preciosa con hierbas secas.",
            "Nella forma delle giare che portavano l'olio. Bellissimo con erbe secche.",
            "Повторяет сосуды, в которых возили масло. Хороша с сухими травами.",
        ),
        material="stoneware", dimensions="Ø 20 × 28 cm", care="hand", colours=("terracotta", "cream"), price=3990,
    ),
    Thing(
        slug="columna-vase", sku="DEC-COLU", category="decor", kind="vase", style="cylinder", ground="oat",
        titles=said("Columna vase", "Jarrón Columna", "Vaso Colonna", "Ваза «Колонна»"),
        descriptions=said(
            "Fluted all the way round; keeps a bunch of tulips in order.",
            "Estriado por todo su contorno; mantiene en orden un ramo de tulipanes.",
            "Scanalato tutt'intorno; tiene in ordine un mazzo di tulipani.",
            "Каннелюры по всему кругу; держит букет тюльпанов в порядке.",
        ),
        material="stoneware", dimensions="Ø 14 × 25 cm", care="hand", colours=("cream", "sage", "sky"), price=2990,
    ),
    Thing(
        slug="luna-llena-vase", sku="DEC-LLEN", category="decor", kind="vase", style="moon", ground="sky",
        titles=said("Luna Llena vase", "Jarrón Luna Llena", "Vaso Luna Piena", "Ваза «Полнолуние»"),
        descriptions=said(
            "Round as a full moon, glazed twice. One branch is enough.",
            "Redondo como la luna llena, esmaltado dos veces. Basta una rama.",
            "Tondo come la luna piena, smaltato due volte. Basta un ramo.",
            "Круглая, как полная луна, покрыта глазурью дважды. Достаточно одной ветки.",
        ),
        material="stoneware", dimensions="Ø 24 × 24 cm", care="hand", colours=("sky", "ink"), price=4490,
    ),
    Thing(
        slug="talle-vase", sku="DEC-TALL", category="decor", kind="vase", style="tulip", ground="lilac",
        titles=said("Talle vase", "Jarrón Talle", "Vaso Talle", "Ваза «Талье»"),
        descriptions=said(
            "A narrow waist and an open mouth: the flowers arrange themselves.",
            "Cintura estrecha y boca abierta: las flores se colocan solas.",
            "Vita stretta e bocca aperta: i fiori si dispongono da soli.",
            "Узкая талия и раскрытый край: цветы ложатся сами.",
        ),
        material="stoneware", dimensions="Ø 15 × 24 cm", care="hand", colours=("rose", "ochre"), price=2790,
    ),
    Thing(
        slug="brote-bud-vase", sku="DEC-BROT", category="decor", kind="vase", style="bud", ground="sand", stock=2,
        titles=said("Brote bud vase", "Florero Brote", "Monofiore Brote", "Вазочка «Броте»"),
        descriptions=said(
            "For the one sprig you brought home from a walk.",
            "Para esa ramita que se trae de un paseo.",
            "Per quel rametto portato a casa da una passeggiata.",
            "Для той веточки, что принесли с прогулки.",
        ),
        material="stoneware", dimensions="Ø 9 × 16 cm", care="hand", colours=("ochre", "plum", "sage"), price=1490,
    ),
    Thing(
        slug="sol-mirror", sku="DEC-SOL", category="decor", kind="mirror", style="round", ground="sand", stock=0.6,
        titles=said("Sol round mirror", "Espejo redondo Sol", "Specchio tondo Sol", "Круглое зеркало «Соль»"),
        descriptions=said(
            "A thin frame and a lot of light. Hangs on one nail.",
            "Un marco fino y mucha luz. Se cuelga de un solo clavo.",
            "Una cornice sottile e tanta luce. Si appende a un solo chiodo.",
            "Тонкая рама и много света. Висит на одном гвозде.",
        ),
        material="mirror", dimensions="Ø 60 cm", care="dry", colours=("brass", "black"), price=7990,
    ),
    Thing(
        slug="portal-mirror", sku="DEC-PORT", category="decor", kind="mirror", style="arch", ground="blush", stock=0.4,
        titles=said("Portal arched mirror", "Espejo de arco Portal", "Specchio ad arco Portal", "Арочное зеркало «Портал»"),
        descriptions=said(
            "Stands like a doorway and makes a small hall twice as deep.",
            "Se alza como una puerta y dobla el fondo de un recibidor pequeño.",
            "Come una porta: raddoppia la profondità di un ingresso piccolo.",
            "Стоит как дверной проём и вдвое углубляет маленькую прихожую.",
        ),
        material="mirror", dimensions="60 × 100 cm", care="dry", colours=("black", "oak"), price=12900,
    ),
    Thing(
        slug="hora-wall-clock", sku="DEC-HORA", category="decor", kind="clock", style="wall", ground="mist",
        titles=said("Hora wall clock", "Reloj de pared Hora", "Orologio da parete Hora", "Настенные часы «Ора»"),
        descriptions=said(
            "A quiet movement that does not tick. Runs on one AA battery.",
            "Maquinaria silenciosa, sin tictac. Funciona con una pila AA.",
            "Meccanismo silenzioso, senza ticchettio. Va con una pila AA.",
            "Бесшумный ход, без тиканья. Работает от одной батарейки AA.",
        ),
        material="metal", dimensions="Ø 32 cm", care="dry", colours=("sage", "terracotta"), price=3990,
    ),
    Thing(
        slug="sobremesa-candle", sku="DEC-SOBR", category="decor", kind="candle", style="jar", ground="mist", stock=2,
        titles=said("Sobremesa scented candle", "Vela perfumada Sobremesa", "Candela profumata Sobremesa", "Ароматическая свеча «Собремеса»"),
        descriptions=said(
            "Fig leaf and cedar in a glazed jar that stays when the wax has gone. Burns 45 hours.",
            "Hoja de higuera y cedro en un tarro esmaltado que queda cuando se acaba la cera. Dura 45 horas.",
            "Foglia di fico e cedro in un vasetto smaltato che resta quando la cera finisce. Dura 45 ore.",
            "Лист инжира и кедр в глазурованной банке, которая останется, когда воск догорит. Горит 45 часов.",
        ),
        material="wax", dimensions="Ø 9 × 9 cm", care="wick", colours=("sage", "rose", "ochre"), price=2490,
    ),
    Thing(
        slug="trio-pillar-candles", sku="DEC-PILA", category="decor", kind="candle", style="pillars", ground="lilac", stock=2,
        titles=said("Pillar candles, set of three", "Velas cilíndricas, juego de tres", "Candele a colonna, set di tre", "Свечи-столбики, три в наборе"),
        descriptions=said(
            "Three heights of one colour, unscented, for the middle of the table.",
            "Tres alturas de un mismo color, sin perfume, para el centro de la mesa.",
            "Tre altezze dello stesso colore, senza profumo, per il centro della tavola.",
            "Три высоты одного цвета, без запаха — в середину стола.",
        ),
        material="wax", dimensions="Ø 7 × 8, 12, 16 cm", care="wick", colours=("rose", "cream"), price=1990,
    ),
    Thing(
        slug="velada-candlesticks", sku="DEC-VELA", category="decor", kind="candle", style="tapers", ground="blush",
        titles=said("Velada candlesticks with tapers", "Candeleros Velada con velas", "Candelieri Velada con candele", "Подсвечники «Велада» со свечами"),
        descriptions=said(
            "Three brass-coloured holders and three dipped tapers for a long dinner.",
            "Tres candeleros color latón y tres velas largas para una cena sin prisa.",
            "Tre candelieri color ottone e tre candele lunghe per una cena senza fretta.",
            "Три подсвечника цвета латуни и три длинные свечи для неспешного ужина.",
        ),
        material="metal", dimensions="Ø 9 × 12 cm", care="dry", colours=("terracotta", "sage"), price=3290,
    ),
    Thing(
        slug="siesta-diffuser", sku="DEC-SIES", category="decor", kind="diffuser", style="reeds", ground="sand",
        titles=said("Siesta reed diffuser", "Difusor con varillas Siesta", "Diffusore a bastoncini Siesta", "Аромадиффузор «Сиеста»"),
        descriptions=said(
            "Orange blossom and hay, let out slowly by five reeds. Lasts about two months.",
            "Azahar y heno, que cinco varillas sueltan despacio. Dura unos dos meses.",
            "Fiori d'arancio e fieno, diffusi piano da cinque bastoncini. Dura circa due mesi.",
            "Апельсиновый цвет и сено: пять палочек отдают аромат не спеша. Хватает примерно на два месяца.",
        ),
        material="oils", dimensions="Ø 8 × 24 cm", care="away", colours=("ochre", "sage"), price=2290,
    ),
)  # fmt: skip
