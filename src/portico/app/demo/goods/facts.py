"""What is known of a thing before it becomes an item: facts, from which texts, pictures and prices are made; and the
words for colours, materials and care, each said once in four languages."""

import msgspec

from portico.catalog.types import Tracking

Texts = dict[str, str]


def said(en: str, es: str, it: str, ru: str) -> Texts:
    return {"en": en, "es": es, "it": it, "ru": ru}


class Size(msgspec.Struct, frozen=True):
    """`drawn` is how large it is drawn, 1 for the middling one; `cost` multiplies the price."""

    label: Texts
    code: str
    drawn: float = 1.0
    cost: float = 1.0
    dimensions: str = ""


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """`price` is in euro cents for one unit of measure; `colours` and `accents` name colours, one accent per colour
    or one for all. `stock` scales how many there are."""

    slug: str
    sku: str
    category: str
    kind: str
    style: str
    titles: Texts
    descriptions: Texts
    material: str
    dimensions: str
    care: str
    colours: tuple[str, ...]
    price: int
    accents: tuple[str, ...] = ("brass",)
    sizes: tuple[Size, ...] = ()
    ground: str = "sand"
    unit: str = "C62"
    scale: int = 0
    tax_category: str = "standard"
    stock: float = 1.0
    tracking: Tracking = Tracking.NONE
    choice: str = "colour"  # what the colours stand for: colour, wood, grind
    drawn_in: tuple[str, ...] = ()  # the colours of the pictures, where they are not those of the choice


def small_medium_large(*dimensions: str, costs: tuple[float, ...] = (0.7, 1.0, 1.4)) -> tuple[Size, ...]:
    """S, M and L, as many as there are dimensions."""
    drawn = (0.7, 1.0, 1.3)
    return tuple(
        Size(said(name, name, name, name), name, drawn[i], costs[i], dimensions[i])
        for i, name in enumerate(("S", "M", "L")[: len(dimensions)])
    )


COLOURS: dict[str, tuple[str, Texts]] = {
    "terracotta": ("#c4694a", said("terracotta", "terracota", "terracotta", "терракотовый")),
    "sage": ("#8fa588", said("sage", "salvia", "salvia", "шалфей")),
    "cream": ("#f1e4d0", said("cream", "crema", "crema", "кремовый")),
    "ink": ("#34404f", said("ink blue", "azul tinta", "blu inchiostro", "чернильно-синий")),
    "ochre": ("#d9a441", said("ochre", "ocre", "ocra", "охра")),
    "rose": ("#d9a09a", said("old rose", "rosa viejo", "rosa antico", "пепельная роза")),
    "petrol": ("#2f6670", said("petrol", "azul petróleo", "petrolio", "петроль")),
    "sky": ("#9db9c9", said("misty blue", "azul niebla", "azzurro nebbia", "туманно-голубой")),
    "plum": ("#7d4a5b", said("plum", "ciruela", "prugna", "сливовый")),
    "linen": ("#e3d5bf", said("natural linen", "lino natural", "lino naturale", "натуральный лён")),
    "black": ("#2e2b29", said("black", "negro", "nero", "чёрный")),
    "brass": ("#c79a4b", said("brass", "latón", "ottone", "латунь")),
    "oak": ("#c99a66", said("oak", "roble", "rovere", "дуб")),
    "walnut": ("#7a5238", said("walnut", "nogal", "noce", "орех")),
    "beans": ("#b97a3f", said("whole bean", "en grano", "in grani", "в зёрнах")),
    "ground": ("#7a4f38", said("ground", "molido", "macinato", "молотый")),
    "loose": ("#8fa588", said("loose leaf", "hojas sueltas", "foglie sfuse", "листовой")),
}

GROUNDS = {
    "sand": "#f3e6d3",
    "blush": "#f4ddd1",
    "mist": "#e2e8dc",
    "sky": "#dfe7ea",
    "oat": "#efe3cf",
    "lilac": "#e9e0e6",
}

CHOICES = {
    "colour": said("Colour", "Color", "Colore", "Цвет"),
    "wood": said("Wood", "Madera", "Legno", "Дерево"),
    "grind": said("Grind", "Molienda", "Macinatura", "Помол"),
    "size": said("Size", "Tamaño", "Misura", "Размер"),
}

MATERIAL = said("Material", "Material", "Materiale", "Материал")
DIMENSIONS = said("Dimensions", "Medidas", "Dimensioni", "Размеры")
CARE = said("Care", "Cuidado", "Cura", "Уход")

MATERIALS = {
    "stoneware": said("Glazed stoneware", "Gres esmaltado", "Gres smaltato", "Глазурованная керамика"),
    "steel": said("Powder-coated steel", "Acero lacado", "Acciaio verniciato", "Окрашенная сталь"),
    "opal": said("Opal glass and brass", "Vidrio opalino y latón", "Vetro opalino e ottone", "Опаловое стекло и латунь"),
    "rattan": said("Rattan", "Ratán", "Rattan", "Ротанг"),
    "oak_cotton": said("Oak and cotton", "Roble y algodón", "Rovere e cotone", "Дуб и хлопок"),
    "stoneware_linen": said(
        "Stoneware, linen shade", "Gres, pantalla de lino", "Gres, paralume in lino", "Керамика, льняной абажур"
    ),
    "glass": said("Mouth-blown glass", "Vidrio soplado", "Vetro soffiato", "Выдувное стекло"),
    "glass_cork": said("Glass and cork", "Vidrio y corcho", "Vetro e sughero", "Стекло и пробка"),
    "wood": said("Solid wood, oiled", "Madera maciza aceitada", "Legno massello oliato", "Массив дерева, масло"),
    "cotton": said("100% cotton", "100 % algodón", "100% cotone", "100 % хлопок"),
    "linen": said("100% European linen", "100 % lino europeo", "100% lino europeo", "100 % европейский лён"),
    "linen_cotton": said("Linen and cotton", "Lino y algodón", "Lino e cotone", "Лён и хлопок"),
    "wool": said("100% wool", "100 % lana", "100% lana", "100 % шерсть"),
    "velvet": said("Cotton velvet", "Terciopelo de algodón", "Velluto di cotone", "Хлопковый бархат"),
    "upholstery": said("Solid wood, wool blend", "Madera maciza, mezcla de lana", "Legno massello, misto lana", "Массив, смесовая шерсть"),
    "mirror": said("Mirror glass, metal frame", "Espejo, marco de metal", "Specchio, cornice in metallo", "Зеркало, металл"),
    "metal": said("Lacquered metal", "Metal lacado", "Metallo laccato", "Лакированный металл"),
    "wax": said("Plant wax, cotton wick", "Cera vegetal, mecha de algodón", "Cera vegetale, stoppino in cotone", "Растительный воск, хлопковый фитиль"),
    "oils": said("Essential oils, glass", "Aceites esenciales, vidrio", "Oli essenziali, vetro", "Эфирные масла, стекло"),
    "seagrass": said("Seagrass", "Junco marino", "Giunco marino", "Морская трава"),
    "terracotta": said("Fired clay", "Barro cocido", "Argilla cotta", "Обожжённая глина"),
    "paper": said("Recycled paper, cloth cover", "Papel reciclado, tapa de tela", "Carta riciclata, copertina in tela", "Переработанная бумага, тканевый переплёт"),
    "cedar": said("Cedar wood", "Madera de cedro", "Legno di cedro", "Кедр"),
    "arabica": said("100% arabica", "100 % arábica", "100% arabica", "100 % арабика"),
    "tea": said("Tea leaves", "Hojas de té", "Foglie di tè", "Чайный лист"),
    "herbs": said("Chamomile, lemon balm, mint", "Manzanilla, melisa, menta", "Camomilla, melissa, menta", "Ромашка, мелисса, мята"),
}  # fmt: skip

CARES = {
    "dry": said("Wipe with a dry cloth", "Limpiar con un paño seco", "Pulire con un panno asciutto", "Протирать сухой тканью"),
    "damp": said("Wipe with a damp cloth", "Limpiar con un paño húmedo", "Pulire con un panno umido", "Протирать влажной тканью"),
    "dishwasher": said("Dishwasher safe", "Apto para lavavajillas", "Lavabile in lavastoviglie", "Можно мыть в посудомоечной машине"),
    "hand": said("Wash by hand", "Lavar a mano", "Lavare a mano", "Мыть вручную"),
    "wash30": said("Machine wash at 30 °C", "Lavar a máquina a 30 °C", "Lavare in lavatrice a 30 °C", "Стирка при 30 °C"),
    "wash60": said("Machine wash at 60 °C", "Lavar a máquina a 60 °C", "Lavare in lavatrice a 60 °C", "Стирка при 60 °C"),
    "air": said("Air, dry clean if needed", "Airear; limpieza en seco si hace falta", "Arieggiare; lavare a secco se serve", "Проветривать, при необходимости химчистка"),
    "oil": said("Oil once a year", "Aceitar una vez al año", "Oliare una volta all'anno", "Раз в год пропитывать маслом"),
    "vacuum": said("Vacuum gently", "Aspirar con suavidad", "Aspirare delicatamente", "Бережно пылесосить"),
    "wick": said("Trim the wick to 5 mm", "Recortar la mecha a 5 mm", "Accorciare lo stoppino a 5 mm", "Подрезать фитиль до 5 мм"),
    "away": said("Keep out of the sun", "Evitar el sol directo", "Tenere lontano dal sole", "Беречь от солнца"),
    "airtight": said("Keep airtight, cool and dark", "Guardar cerrado, fresco y a oscuras", "Conservare chiuso, al fresco e al buio", "Хранить плотно закрытым, в прохладе и темноте"),
}  # fmt: skip
