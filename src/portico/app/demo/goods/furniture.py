"""Chairs, tables, shelves, baskets."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large

THINGS = (
    Thing(
        slug="abrazo-armchair", sku="FUR-ABRA", category="furniture", kind="chair", style="lounge", ground="mist", stock=0.3,
        titles=said("Abrazo armchair", "Butaca Abrazo", "Poltrona Abbraccio", "Кресло «Объятие»"),
        descriptions=said(
            "A high back that curves around the shoulders. You will finish the chapter.",
            "Un respaldo alto que envuelve los hombros. Acabará el capítulo.",
            "Uno schienale alto che avvolge le spalle. Finirete il capitolo.",
            "Высокая спинка обнимает плечи. Главу вы точно дочитаете.",
        ),
        material="upholstery", dimensions="78 × 82 × 98 cm", care="vacuum", colours=("petrol", "terracotta", "ochre"), accents=("walnut",), price=44900,
    ),
    Thing(
        slug="aula-chair", sku="FUR-AULA", category="furniture", kind="chair", style="dining", ground="sand", stock=0.6,
        titles=said("Aula dining chair", "Silla Aula", "Sedia Aula", "Стул «Аула»"),
        descriptions=said(
            "Inspired by school chairs, made for long dinners. Stacks in fours.",
            "Inspirada en las sillas de escuela, hecha para cenas largas. Se apila de cuatro en cuatro.",
            "Ispirata alle sedie di scuola, fatta per cene lunghe. Si impila a quattro a quattro.",
            "Похож на школьный, создан для долгих ужинов. Складываются по четыре.",
        ),
        material="wood", dimensions="46 × 50 × 80 cm", care="damp", colours=("terracotta", "sage", "cream"), accents=("oak",), price=11900,
    ),
    Thing(
        slug="zaguan-bench", sku="FUR-ZAGU", category="furniture", kind="chair", style="bench", ground="oat", stock=0.4,
        titles=said("Zaguan bench", "Banco Zaguán", "Panca Zaguan", "Банкетка «Сагуан»"),
        descriptions=said(
            "For the hall: somewhere to sit while the shoes come off.",
            "Para el recibidor: donde sentarse a quitarse los zapatos.",
            "Per l'ingresso: dove sedersi mentre ci si toglie le scarpe.",
            "В прихожую: присесть и разуться.",
        ),
        material="upholstery", dimensions="110 × 38 × 46 cm", care="vacuum", colours=("cream", "sage"), accents=("walnut",), price=17900,
    ),
    Thing(
        slug="taburete-stool", sku="FUR-TABU", category="furniture", kind="chair", style="stool", ground="sand",
        titles=said("Pino stool", "Taburete Pino", "Sgabello Pino", "Табурет «Пино»"),
        descriptions=said(
            "A seat, a step, a bedside table. Turned from solid wood.",
            "Asiento, escalón o mesilla. Torneado en madera maciza.",
            "Seduta, gradino o comodino. Tornito in legno massello.",
            "Сиденье, ступенька, столик у кровати. Выточен из массива.",
        ),
        material="wood", dimensions="Ø 34 × 45 cm", care="oil", colours=("oak", "walnut"), accents=("oak", "walnut"), price=6990, choice="wood",
    ),
    Thing(
        slug="bandeja-side-table", sku="FUR-BAND", category="furniture", kind="table", style="tray", ground="mist",
        titles=said("Bandeja tray table", "Mesa bandeja Bandeja", "Tavolino vassoio Bandeja", "Столик-поднос «Бандеха»"),
        descriptions=said(
            "The top lifts off and comes along to the balcony.",
            "El tablero se levanta y se viene al balcón.",
            "Il piano si solleva e viene con voi sul balcone.",
            "Столешница снимается и отправляется с вами на балкон.",
        ),
        material="metal", dimensions="Ø 46 × 52 cm", care="damp", colours=("sage", "terracotta"), price=8990,
    ),
    Thing(
        slug="plaza-side-table", sku="FUR-PLAZ", category="furniture", kind="table", style="pedestal", ground="oat", stock=0.4,
        titles=said("Plaza side table", "Mesa auxiliar Plaza", "Tavolino Plaza", "Приставной столик «Пласа»"),
        descriptions=said(
            "One turned foot, nothing to bump into. Room for a cup and a book.",
            "Un solo pie torneado, nada con que tropezar. Caben una taza y un libro.",
            "Un solo piede tornito, niente in cui inciampare. Ci stanno una tazza e un libro.",
            "Одна точёная нога, не за что задеть. Хватит места чашке и книге.",
        ),
        material="wood", dimensions="Ø 50 × 54 cm", care="oil", colours=("walnut", "oak"), price=14900, choice="wood",
    ),
    Thing(
        slug="linea-wall-shelves", sku="FUR-LINE", category="furniture", kind="shelf", style="wall", ground="sand",
        titles=said("Linea wall shelves, set of two", "Estantes de pared Línea, juego de dos", "Mensole Linea, set di due", "Настенные полки «Линия», две в наборе"),
        descriptions=said(
            "Two boards and their brackets; each carries 15 kg of favourite books.",
            "Dos baldas con sus escuadras; cada una aguanta 15 kg de libros preferidos.",
            "Due assi con le loro staffe; ognuna regge 15 kg di libri preferiti.",
            "Две доски с кронштейнами; каждая выдержит 15 кг любимых книг.",
        ),
        material="wood", dimensions="90 × 20 × 16 cm", care="dry", colours=("oak", "walnut"), price=4990, choice="wood",
    ),
    Thing(
        slug="escala-ladder-shelf", sku="FUR-ESCA", category="furniture", kind="shelf", style="ladder", ground="mist", stock=0.3,
        titles=said("Escala ladder shelf", "Estantería escalera Escala", "Libreria a scala Escala", "Стеллаж-лестница «Эскала»"),
        descriptions=said(
            "Leans against the wall and needs no drill. Four shelves.",
            "Se apoya en la pared, sin taladro. Cuatro baldas.",
            "Si appoggia al muro, senza trapano. Quattro ripiani.",
            "Прислоняется к стене, сверлить не нужно. Четыре полки.",
        ),
        material="wood", dimensions="64 × 36 × 178 cm", care="oil", colours=("walnut", "oak"), price=19900, choice="wood",
    ),
    Thing(
        slug="cesto-basket", sku="FUR-CEST", category="furniture", kind="basket", style="handles", ground="blush",
        titles=said("Marisma basket", "Cesto Marisma", "Cesto Marisma", "Корзина «Марисма»"),
        descriptions=said(
            "Woven seagrass with leather-coloured handles, for blankets, toys, or logs.",
            "Junco trenzado con asas color cuero, para mantas, juguetes o leña.",
            "Giunco intrecciato con manici color cuoio, per coperte, giochi o legna.",
            "Плетёная морская трава с ручками цвета кожи — для пледов, игрушек или дров.",
        ),
        material="seagrass", dimensions="", care="dry", colours=("linen",), accents=("terracotta",), price=3990,
        sizes=small_medium_large("Ø 30 × 26 cm", "Ø 38 × 34 cm", "Ø 46 × 42 cm"),
    ),
)  # fmt: skip
