"""Pots for plants. The plant is not for sale; it only shows how the pot is meant."""

from portico.app.demo.goods.facts import Thing, said, small_medium_large

THINGS = (
    Thing(
        slug="patio-plant-pot", sku="GRN-PATI", category="greenery", kind="planter", style="tapered", ground="blush", stock=2,
        titles=said("Patio plant pot", "Maceta Patio", "Vaso per piante Patio", "Кашпо «Патио»"),
        descriptions=said(
            "The pot everyone draws, in fired clay with a coloured collar. With saucer.",
            "La maceta que todos dibujan, en barro cocido con el cuello de color. Con plato.",
            "Il vaso che tutti disegnano, in terracotta con il collo colorato. Con sottovaso.",
            "Тот самый горшок, который все рисуют: из обожжённой глины с цветным краем. С поддоном.",
        ),
        material="terracotta", dimensions="", care="damp", colours=("terracotta", "sage"), price=1990,
        sizes=small_medium_large("Ø 14 × 13 cm", "Ø 20 × 19 cm", "Ø 28 × 26 cm", costs=(0.6, 1.0, 1.7)),
    ),
    Thing(
        slug="canto-plant-pot", sku="GRN-CANT", category="greenery", kind="planter", style="round", ground="mist",
        titles=said("Canto plant pot", "Maceta Canto", "Vaso per piante Canto", "Кашпо «Канто»"),
        descriptions=said(
            "Round like a pebble from the river, glazed inside and out.",
            "Redonda como un canto de río, esmaltada por dentro y por fuera.",
            "Tondo come un ciottolo di fiume, smaltato dentro e fuori.",
            "Круглое, как речной камень, глазурь внутри и снаружи.",
        ),
        material="stoneware", dimensions="Ø 22 × 18 cm", care="damp", colours=("cream", "rose", "ink"), price=2490,
    ),
    Thing(
        slug="olivar-plant-pot", sku="GRN-OLIV", category="greenery", kind="planter", style="ribbed", ground="mist", stock=0.6,
        titles=said("Olivar large pot", "Macetero Olivar", "Vaso grande Olivar", "Большое кашпо «Оливар»"),
        descriptions=said(
            "Tall enough for a small olive tree, frost-proof to −10 °C.",
            "Con altura para un olivo pequeño; resiste heladas de hasta −10 °C.",
            "Abbastanza alto per un piccolo ulivo; resiste al gelo fino a −10 °C.",
            "Хватит места небольшой оливе; выдерживает мороз до −10 °C.",
        ),
        material="stoneware", dimensions="Ø 32 × 30 cm", care="damp", colours=("sky", "terracotta"), price=4990,
    ),
    Thing(
        slug="oasis-bowl-pot", sku="GRN-OASI", category="greenery", kind="planter", style="low", ground="sand",
        titles=said("Oasis planting bowl", "Cuenco para plantas Oasis", "Ciotola per piante Oasi", "Чаша для растений «Оазис»"),
        descriptions=said(
            "Low and wide, for cacti and everything else that likes to be left alone.",
            "Bajo y ancho, para cactus y para todo lo que prefiere que lo dejen en paz.",
            "Bassa e larga, per cactus e per tutto ciò che ama essere lasciato in pace.",
            "Низкая и широкая — для кактусов и всех, кто любит покой.",
        ),
        material="stoneware", dimensions="Ø 30 × 12 cm", care="damp", colours=("ochre", "petrol"), price=2290,
    ),
    Thing(
        slug="columpio-hanging-pot", sku="GRN-COLU", category="greenery", kind="planter", style="hanging", ground="lilac",
        titles=said("Columpio hanging pot", "Maceta colgante Columpio", "Vaso da appendere Altalena", "Подвесное кашпо «Качели»"),
        descriptions=said(
            "Hangs from a cotton cord and lets green things trail.",
            "Cuelga de un cordón de algodón y deja caer lo verde.",
            "Appeso a un cordino di cotone, lascia scendere il verde.",
            "Висит на хлопковом шнуре и даёт зелени свисать.",
        ),
        material="stoneware", dimensions="Ø 20 × 14 cm", care="damp", colours=("rose", "cream"), price=1990,
    ),
    Thing(
        slug="lluvia-watering-can", sku="GRN-LLUV", category="greenery", kind="watering_can", style="spout", ground="mist",
        titles=said("Lluvia watering can", "Regadera Lluvia", "Annaffiatoio Pioggia", "Лейка «Дождь»"),
        descriptions=said(
            "A long spout for the far corner of the sill. 1.5 litres.",
            "Un pico largo para el último rincón del alféizar. 1,5 litros.",
            "Un becco lungo per l'angolo più lontano del davanzale. 1,5 litri.",
            "Длинный носик — для дальнего угла подоконника. 1,5 литра.",
        ),
        material="metal", dimensions="34 × 14 × 24 cm", care="dry", colours=("petrol", "terracotta", "cream"), price=2790,
    ),
)  # fmt: skip
