"""Cushions, throws, linen, towels, rugs, and fabric by the metre."""

from portico.app.demo.goods.facts import Size, Thing, said

CUSHION = (
    Size(said("45 × 45 cm", "45 × 45 cm", "45 × 45 cm", "45 × 45 см"), "45", 0.8, 1.0, "45 × 45 cm"),
    Size(said("60 × 60 cm", "60 × 60 cm", "60 × 60 cm", "60 × 60 см"), "60", 1.2, 1.5, "60 × 60 cm"),
)
BED = (
    Size(said("single", "individual", "singolo", "односпальный"), "S", 0.9, 0.75, "150 × 200 cm"),
    Size(said("double", "doble", "matrimoniale", "двуспальный"), "D", 1.0, 1.0, "240 × 220 cm"),
)
RUG = (
    Size(said("120 × 170 cm", "120 × 170 cm", "120 × 170 cm", "120 × 170 см"), "120", 0.8, 0.6, "120 × 170 cm"),
    Size(said("170 × 240 cm", "170 × 240 cm", "170 × 240 cm", "170 × 240 см"), "170", 1.2, 1.0, "170 × 240 cm"),
)

THINGS = (
    Thing(
        slug="toldo-cushion", sku="TXT-TOLD", category="textiles", kind="cushion", style="stripe", ground="blush", sizes=CUSHION,
        titles=said("Toldo striped cushion", "Cojín de rayas Toldo", "Cuscino a righe Toldo", "Подушка в полоску «Тольдо»"),
        descriptions=said(
            "Awning stripes, woven and not printed, so they are there on both sides. Feather filling included.",
            "Rayas de toldo, tejidas y no estampadas: se ven por las dos caras. Con relleno de pluma.",
            "Righe da tenda, tessute e non stampate: si vedono da entrambi i lati. Imbottitura in piuma inclusa.",
            "Полосы, как на маркизе: вытканы, а не напечатаны, поэтому видны с обеих сторон. С перьевым наполнителем.",
        ),
        material="cotton", dimensions="", care="wash30", colours=("cream",), accents=("terracotta",), price=2990,
    ),
    Thing(
        slug="campo-check-cushion", sku="TXT-CAMP", category="textiles", kind="cushion", style="check", ground="mist",
        titles=said("Campo checked cushion", "Cojín de cuadros Campo", "Cuscino a quadri Campo", "Подушка в клетку «Кампо»"),
        descriptions=said(
            "A picnic check in washed linen, softer every time it leaves the machine.",
            "Cuadros de merienda en lino lavado, más suave en cada lavado.",
            "Quadri da picnic in lino lavato, più morbido a ogni lavaggio.",
            "Клетка для пикника на стираном льне: с каждой стиркой мягче.",
        ),
        material="linen", dimensions="50 × 50 cm", care="wash30", colours=("sage", "rose", "ochre"), accents=("cream",), price=3490,
    ),
    Thing(
        slug="lunar-cushion", sku="TXT-LUNR", category="textiles", kind="cushion", style="dots", ground="sky",
        titles=said("Lunar dotted cushion", "Cojín de lunares Lunar", "Cuscino a pois Lunar", "Подушка в горошек «Лунар»"),
        descriptions=said(
            "Small dots, embroidered one by one, that fingers find on their own.",
            "Lunares pequeños, bordados uno a uno, que los dedos encuentran solos.",
            "Piccoli pois ricamati uno a uno, che le dita trovano da sole.",
            "Мелкий вышитый горошек, который пальцы находят сами.",
        ),
        material="cotton", dimensions="50 × 50 cm", care="wash30", colours=("petrol", "terracotta"), accents=("cream",), price=3290,
    ),
    Thing(
        slug="hoja-cushion", sku="TXT-HOJA", category="textiles", kind="cushion", style="leaf", ground="sand",
        titles=said("Hoja cushion", "Cojín Hoja", "Cuscino Foglia", "Подушка «Лист»"),
        descriptions=said(
            "A young leaf, block-printed in rows by hand.",
            "Un brote estampado a mano con taco de madera, en hileras.",
            "Un germoglio stampato a mano con blocchi di legno, in file.",
            "Молодой лист, отпечатанный рядами вручную с деревянной доски.",
        ),
        material="cotton", dimensions="50 × 50 cm", care="wash30", colours=("ochre", "sage"), accents=("cream",), price=2990,
    ),
    Thing(
        slug="arcada-cushion", sku="TXT-ARCA", category="textiles", kind="cushion", style="arches", ground="blush",
        titles=said("Arcada cushion", "Cojín Arcada", "Cuscino Arcata", "Подушка «Аркада»"),
        descriptions=said(
            "Rows of arches, like a street with shade on both sides.",
            "Hileras de arcos, como una calle con sombra a los dos lados.",
            "File di archi, come una strada con l'ombra su entrambi i lati.",
            "Ряды арок — как улица, где тень с обеих сторон.",
        ),
        material="linen_cotton", dimensions="50 × 50 cm", care="wash30", colours=("rose", "sky"), accents=("terracotta", "ink"), price=3290,
    ),
    Thing(
        slug="noche-velvet-cushion", sku="TXT-NOCH", category="textiles", kind="cushion", style="rib", ground="oat", sizes=CUSHION,
        titles=said("Noche velvet cushion", "Cojín de terciopelo Noche", "Cuscino di velluto Notte", "Бархатная подушка «Ночь»"),
        descriptions=said(
            "Ribbed cotton velvet that changes with the light. Feather filling included.",
            "Terciopelo acanalado que cambia con la luz. Con relleno de pluma.",
            "Velluto a coste che cambia con la luce. Imbottitura in piuma inclusa.",
            "Рельефный хлопковый бархат, меняющийся с освещением. С перьевым наполнителем.",
        ),
        material="velvet", dimensions="", care="air", colours=("ink", "plum"), price=3490,
    ),
    Thing(
        slug="bahia-throw", sku="TXT-BAHI", category="textiles", kind="throw", style="stripe", ground="oat",
        titles=said("Bahia striped throw", "Manta de rayas Bahía", "Plaid a righe Baia", "Плед в полоску «Баия»"),
        descriptions=said(
            "Light enough for summer evenings, with fringes knotted by hand.",
            "Ligera para las noches de verano, con flecos anudados a mano.",
            "Leggero per le sere d'estate, con frange annodate a mano.",
            "Лёгкий, для летних вечеров, с бахромой, завязанной вручную.",
        ),
        material="cotton", dimensions="130 × 170 cm", care="wash30", colours=("cream", "sky"), accents=("petrol", "cream"), price=4990,
    ),
    Thing(
        slug="refugio-throw", sku="TXT-REFU", category="textiles", kind="throw", style="check", ground="sand",
        titles=said("Refugio wool throw", "Manta de lana Refugio", "Plaid di lana Rifugio", "Шерстяной плед «Рефухио»"),
        descriptions=said(
            "New wool in a wide check. Warm without weight.",
            "Pura lana virgen en cuadros grandes. Abriga sin pesar.",
            "Pura lana vergine a grandi quadri. Scalda senza pesare.",
            "Новая шерсть в крупную клетку. Греет и не давит.",
        ),
        material="wool", dimensions="140 × 180 cm", care="air", colours=("ochre", "petrol"), accents=("cream",), price=8990,
    ),
    Thing(
        slug="nido-knitted-throw", sku="TXT-NIDO", category="textiles", kind="throw", style="knit", ground="lilac",
        titles=said("Nido knitted throw", "Manta de punto Nido", "Plaid a maglia Nido", "Вязаный плед «Гнездо»"),
        descriptions=said(
            "A thick cotton knit to sit in rather than under.",
            "Un punto grueso de algodón en el que acurrucarse.",
            "Una maglia spessa di cotone in cui rannicchiarsi.",
            "Толстая хлопковая вязка, в которую хочется завернуться.",
        ),
        material="cotton", dimensions="130 × 170 cm", care="wash30", colours=("rose", "sage"), price=5990,
    ),
    Thing(
        slug="alba-bed-linen", sku="TXT-CAMA", category="textiles", kind="linen", style="set", ground="sky", sizes=BED,
        titles=said("Sueño linen bedding", "Juego de cama de lino Sueño", "Completo letto in lino Sogno", "Льняное постельное бельё «Сон»"),
        descriptions=said(
            "Washed linen that needs no iron: duvet cover and two pillowcases.",
            "Lino lavado que no necesita plancha: funda nórdica y dos fundas de almohada.",
            "Lino lavato che non va stirato: copripiumino e due federe.",
            "Стираный лён, который не нужно гладить: пододеяльник и две наволочки.",
        ),
        material="linen", dimensions="", care="wash60", colours=("sky", "sage"), accents=("cream",), price=15900,
    ),
    Thing(
        slug="cala-towel", sku="TXT-CALA", category="textiles", kind="towel", style="bath", ground="mist", stock=2,
        titles=said("Cala bath towel", "Toalla de baño Cala", "Telo da bagno Cala", "Банное полотенце «Кала»"),
        descriptions=said(
            "600 grams of cotton per square metre: drinks a lot, dries fast.",
            "600 gramos de algodón por metro cuadrado: absorbe mucho y seca rápido.",
            "600 grammi di cotone al metro quadro: assorbe molto e asciuga in fretta.",
            "600 граммов хлопка на квадратный метр: хорошо впитывает и быстро сохнет.",
        ),
        material="cotton", dimensions="70 × 140 cm", care="wash60", colours=("sage", "rose", "sky"), accents=("cream",), price=2490,
    ),
    Thing(
        slug="cocina-tea-towel", sku="TXT-COCI", category="textiles", kind="towel", style="kitchen", ground="blush", stock=2,
        titles=said("Cocina tea towels, set of two", "Paños de cocina Cocina, juego de dos", "Strofinacci Cocina, set di due", "Кухонные полотенца «Косина», два в наборе"),
        descriptions=said(
            "Half linen, half cotton: polishes glasses without leaving fluff.",
            "Mitad lino, mitad algodón: secan las copas sin dejar pelusa.",
            "Metà lino, metà cotone: asciugano i bicchieri senza lasciare pelucchi.",
            "Наполовину лён, наполовину хлопок: протирают бокалы без ворсинок.",
        ),
        material="linen_cotton", dimensions="50 × 70 cm", care="wash60", colours=("cream", "linen"), accents=("terracotta", "petrol"), price=1490,
    ),
    Thing(
        slug="zoco-rug", sku="TXT-ZOCO", category="textiles", kind="rug", style="border", ground="sand", sizes=RUG, stock=0.4,
        titles=said("Zoco wool rug", "Alfombra de lana Zoco", "Tappeto di lana Zoco", "Шерстяной ковёр «Соко»"),
        descriptions=said(
            "Hand-woven in two months by two people who know every knot.",
            "Tejida a mano en dos meses por dos personas que conocen cada nudo.",
            "Tessuto a mano in due mesi da due persone che conoscono ogni nodo.",
            "Два месяца ручной работы двух мастеров, которые знают каждый узел.",
        ),
        material="wool", dimensions="", care="vacuum", colours=("terracotta",), accents=("ink",), price=34900,
    ),
    Thing(
        slug="duna-kilim", sku="TXT-KILI", category="textiles", kind="rug", style="stripe", ground="oat", stock=0.5,
        titles=said("Sendero kilim", "Kilim Sendero", "Kilim Sentiero", "Килим «Тропа»"),
        descriptions=said(
            "A flat weave for corridors and bare feet. Reversible.",
            "Un tejido plano para pasillos y pies descalzos. Reversible.",
            "Una tessitura piatta per corridoi e piedi nudi. Double-face.",
            "Безворсовый, для коридоров и босых ног. Двусторонний.",
        ),
        material="wool", dimensions="80 × 150 cm", care="vacuum", colours=("linen", "sky"), accents=("petrol", "terracotta"), price=11900,
    ),
    Thing(
        slug="lino-fabric", sku="TXT-LINO", category="textiles", kind="fabric", style="plain", ground="lilac", unit="MTR", scale=2, stock=2,
        titles=said("Lino fabric by the metre", "Tela de lino por metros", "Tessuto di lino al metro", "Льняная ткань на метры"),
        descriptions=said(
            "Washed linen, 145 cm wide, for curtains, cloths and first dresses. Cut to the centimetre.",
            "Lino lavado, 145 cm de ancho, para cortinas, manteles y primeros vestidos. Se corta al centímetro.",
            "Lino lavato, altezza 145 cm, per tende, tovaglie e primi vestiti. Si taglia al centimetro.",
            "Стираный лён шириной 145 см — для штор, скатертей и первых платьев. Режем с точностью до сантиметра.",
        ),
        material="linen", dimensions="145 cm", care="wash60", colours=("plum", "linen", "sage"), price=2190,
    ),
    Thing(
        slug="toldo-fabric", sku="TXT-LONA", category="textiles", kind="fabric", style="stripe", ground="blush", unit="MTR", scale=2, stock=2,
        titles=said("Striped canvas by the metre", "Lona de rayas por metros", "Tela a righe al metro", "Полосатый холст на метры"),
        descriptions=said(
            "Firm cotton canvas, 150 cm wide, for deck chairs and window seats.",
            "Lona firme de algodón, 150 cm de ancho, para tumbonas y bancos de ventana.",
            "Robusta tela di cotone, altezza 150 cm, per sdraio e sedute sotto la finestra.",
            "Плотный хлопковый холст шириной 150 см — для шезлонгов и диванчиков у окна.",
        ),
        material="cotton", dimensions="150 cm", care="wash30", colours=("cream",), accents=("petrol",), price=1790,
    ),
    Thing(
        slug="hoja-fabric", sku="TXT-ESTA", category="textiles", kind="fabric", style="leaf", ground="mist", unit="MTR", scale=2, stock=2,
        titles=said("Leaf print by the metre", "Estampado de hojas por metros", "Stampa a foglie al metro", "Ткань с листьями на метры"),
        descriptions=said(
            "Soft cotton with the leaf of our cushion, 140 cm wide.",
            "Algodón suave con la hoja de nuestro cojín, 140 cm de ancho.",
            "Cotone morbido con la foglia del nostro cuscino, altezza 140 cm.",
            "Мягкий хлопок с листом, как на нашей подушке, ширина 140 см.",
        ),
        material="cotton", dimensions="140 cm", care="wash60", colours=("sage", "ochre"), accents=("cream",), price=1590,
    ),
)  # fmt: skip
