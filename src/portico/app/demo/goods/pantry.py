"""Coffee and tea, by weight: prices are for a kilogram, quantities go down to the gram."""

from portico.app.demo.goods.facts import Thing, said
from portico.catalog.types import Tracking

THINGS = (
    Thing(
        slug="manana-coffee", sku="PAN-MANA", category="pantry", kind="coffee", style="light", ground="sand", unit="KGM", scale=3, stock=2,
        tracking=Tracking.LOT,
        titles=said("Mañana light roast coffee", "Café de tueste claro Mañana", "Caffè tostatura chiara Mañana", "Кофе светлой обжарки «Маньяна»"),
        descriptions=said(
            "Bright and floral, with a note of apricot. Weighed out for you, priced per kilogram.",
            "Vivo y floral, con una nota de albaricoque. Se pesa al momento; precio por kilo.",
            "Vivace e floreale, con una nota di albicocca. Pesato al momento; prezzo al chilo.",
            "Яркий, цветочный, с нотой абрикоса. Взвешиваем при вас, цена за килограмм.",
        ),
        material="arabica", dimensions="", care="airtight", colours=("beans", "ground"), accents=("terracotta",), price=3190,
        drawn_in=("ochre", "rose"), tax_category="food", choice="grind",
    ),
    Thing(
        slug="tertulia-coffee", sku="PAN-TERT", category="pantry", kind="coffee", style="dark", ground="oat", unit="KGM", scale=3, stock=2,
        titles=said("Tertulia dark roast coffee", "Café de tueste oscuro Tertulia", "Caffè tostatura scura Tertulia", "Кофе тёмной обжарки «Тертулия»"),
        descriptions=said(
            "Cocoa and roasted almond, made for milk and for talking. Priced per kilogram.",
            "Cacao y almendra tostada, para la leche y la conversación. Precio por kilo.",
            "Cacao e mandorla tostata, per il latte e la conversazione. Prezzo al chilo.",
            "Какао и жареный миндаль — для молока и разговоров. Цена за килограмм.",
        ),
        material="arabica", dimensions="", care="airtight", colours=("beans", "ground"), accents=("ochre",), price=2890,
        drawn_in=("ink", "plum"), tax_category="food", choice="grind",
    ),
    Thing(
        slug="siesta-decaf", sku="PAN-SIES", category="pantry", kind="coffee", style="decaf", ground="sky", unit="KGM", scale=3,
        titles=said("Siesta decaf coffee", "Café descafeinado Siesta", "Caffè decaffeinato Siesta", "Кофе без кофеина «Сиеста»"),
        descriptions=said(
            "Decaffeinated with water only; caramel and hazelnut stay. Priced per kilogram.",
            "Descafeinado solo con agua; quedan el caramelo y la avellana. Precio por kilo.",
            "Decaffeinato solo con acqua; restano caramello e nocciola. Prezzo al chilo.",
            "Кофеин удалён только водой; карамель и фундук остались. Цена за килограмм.",
        ),
        material="arabica", dimensions="", care="airtight", colours=("beans", "ground"), accents=("sage",), price=3490,
        drawn_in=("sky", "petrol"), tax_category="food", choice="grind",
    ),
    Thing(
        slug="niebla-black-tea", sku="PAN-NIEB", category="pantry", kind="tea", style="black", ground="blush", unit="KGM", scale=3,
        titles=said("Niebla black tea", "Té negro Niebla", "Tè nero Niebla", "Чёрный чай «Туман»"),
        descriptions=said(
            "Whole leaves with a malty depth. Good with milk, better with rain. Priced per kilogram.",
            "Hojas enteras con fondo de malta. Bueno con leche, mejor con lluvia. Precio por kilo.",
            "Foglie intere con note di malto. Buono con il latte, meglio con la pioggia. Prezzo al chilo.",
            "Цельный лист с солодовой глубиной. Хорош с молоком, ещё лучше под дождь. Цена за килограмм.",
        ),
        material="tea", dimensions="", care="airtight", colours=("loose",), accents=("ochre",), price=6900, drawn_in=("terracotta",), tax_category="food", choice="grind",
    ),
    Thing(
        slug="prado-green-tea", sku="PAN-PRAD", category="pantry", kind="tea", style="green", ground="mist", unit="KGM", scale=3,
        titles=said("Prado green tea", "Té verde Prado", "Tè verde Prado", "Зелёный чай «Прадо»"),
        descriptions=said(
            "Pan-fired leaves, fresh as cut grass. Brew at 75 °C. Priced per kilogram.",
            "Hojas tostadas en sartén, frescas como hierba recién cortada. Infusionar a 75 °C. Precio por kilo.",
            "Foglie saltate in padella, fresche come erba tagliata. In infusione a 75 °C. Prezzo al chilo.",
            "Лист, прогретый в котле, свежий, как скошенная трава. Заваривать при 75 °C. Цена за килограмм.",
        ),
        material="tea", dimensions="", care="airtight", colours=("loose",), accents=("brass",), price=7900, drawn_in=("sage",), tax_category="food", choice="grind",
    ),
    Thing(
        slug="nana-herbal-tea", sku="PAN-NANA", category="pantry", kind="tea", style="herbal", ground="sand", unit="KGM", scale=3,
        titles=said("Nana evening infusion", "Infusión de noche Nana", "Tisana della sera Nana", "Вечерний травяной чай «Нана»"),
        descriptions=said(
            "Chamomile, lemon balm and mint: the last cup of the day. Priced per kilogram.",
            "Manzanilla, melisa y menta: la última taza del día. Precio por kilo.",
            "Camomilla, melissa e menta: l'ultima tazza della giornata. Prezzo al chilo.",
            "Ромашка, мелисса и мята — последняя чашка за день. Цена за килограмм.",
        ),
        material="herbs", dimensions="", care="airtight", colours=("loose",), accents=("ochre",), price=5400, drawn_in=("ochre",), tax_category="food", choice="grind",
    ),
)  # fmt: skip
