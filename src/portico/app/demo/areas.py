"""Where the demo's postal codes are: provinces and towns, roughly, as a carrier's own table would say it to the street.

Spain by its 52 provinces, Italy and the United Kingdom by their postal areas, Russia by the regions around its larger towns.
"""

from portico.fulfillment.types import PostalArea

SPAIN = """
01 Álava 42.85 -2.67|02 Albacete 38.99 -1.86|03 Alicante 38.35 -0.49|04 Almería 36.84 -2.46|05 Ávila 40.66 -4.70
06 Badajoz 38.88 -6.97|07 Illes Balears 39.57 2.65|08 Barcelona 41.39 2.17|09 Burgos 42.34 -3.70|10 Cáceres 39.47 -6.37
11 Cádiz 36.53 -6.29|12 Castellón 39.99 -0.04|13 Ciudad Real 38.99 -3.93|14 Córdoba 37.89 -4.78|15 A Coruña 43.37 -8.40
16 Cuenca 40.07 -2.14|17 Girona 41.98 2.82|18 Granada 37.18 -3.60|19 Guadalajara 40.63 -3.17|20 Gipuzkoa 43.32 -1.98
21 Huelva 37.26 -6.95|22 Huesca 42.14 -0.41|23 Jaén 37.77 -3.79|24 León 42.60 -5.57|25 Lleida 41.62 0.63
26 La Rioja 42.47 -2.45|27 Lugo 43.01 -7.56|28 Madrid 40.42 -3.70|29 Málaga 36.72 -4.42|30 Murcia 37.99 -1.13
31 Navarra 42.82 -1.64|32 Ourense 42.34 -7.86|33 Asturias 43.36 -5.85|34 Palencia 42.01 -4.53|35 Las Palmas 28.12 -15.43
36 Pontevedra 42.24 -8.72|37 Salamanca 40.97 -5.66|38 Santa Cruz de Tenerife 28.47 -16.25|39 Cantabria 43.46 -3.81
40 Segovia 40.95 -4.12|41 Sevilla 37.39 -5.99|42 Soria 41.77 -2.47|43 Tarragona 41.12 1.25|44 Teruel 40.34 -1.11
45 Toledo 39.86 -4.02|46 Valencia 39.47 -0.38|47 Valladolid 41.65 -4.73|48 Bizkaia 43.26 -2.93|49 Zamora 41.50 -5.75
50 Zaragoza 41.65 -0.89|51 Ceuta 35.89 -5.31|52 Melilla 35.29 -2.94
"""
ITALY = """
00 Roma 41.90 12.50|01 Viterbo 42.42 12.11|04 Latina 41.47 12.90|05 Terni 42.56 12.64|06 Perugia 43.11 12.39
07 Sassari 40.73 8.56|08 Nuoro 40.32 9.33|09 Cagliari 39.22 9.12|10 Torino 45.07 7.69|11 Aosta 45.74 7.32
12 Cuneo 44.39 7.55|13 Vercelli 45.32 8.42|14 Asti 44.90 8.21|15 Alessandria 44.91 8.61|16 Genova 44.41 8.93
17 Savona 44.31 8.48|18 Imperia 43.89 8.03|19 La Spezia 44.10 9.82|20 Milano 45.46 9.19|21 Varese 45.82 8.83
22 Como 45.81 9.09|23 Lecco 45.86 9.39|24 Bergamo 45.70 9.67|25 Brescia 45.54 10.22|26 Cremona 45.13 10.02
27 Pavia 45.19 9.16|28 Novara 45.45 8.62|29 Piacenza 45.05 9.69|30 Venezia 45.44 12.32|31 Treviso 45.67 12.24
32 Belluno 46.14 12.22|33 Udine 46.06 13.24|34 Trieste 45.65 13.77|35 Padova 45.41 11.88|36 Vicenza 45.55 11.55
37 Verona 45.44 10.99|38 Trento 46.07 11.12|39 Bolzano 46.50 11.35|40 Bologna 44.49 11.34|41 Modena 44.65 10.93
42 Reggio Emilia 44.70 10.63|43 Parma 44.80 10.33|44 Ferrara 44.84 11.62|45 Rovigo 45.07 11.79|46 Mantova 45.16 10.79
47 Forlì 44.22 12.04|48 Ravenna 44.42 12.20|50 Firenze 43.77 11.26|51 Pistoia 43.93 10.92|52 Arezzo 43.46 11.88
53 Siena 43.32 11.33|54 Massa 44.04 10.14|55 Lucca 43.84 10.50|56 Pisa 43.72 10.40|57 Livorno 43.55 10.31
58 Grosseto 42.76 11.11|59 Prato 43.88 11.10|60 Ancona 43.62 13.51|61 Pesaro 43.91 12.91|62 Macerata 43.30 13.45
63 Ascoli Piceno 42.85 13.58|64 Teramo 42.66 13.70|65 Pescara 42.46 14.21|66 Chieti 42.35 14.17|67 L’Aquila 42.35 13.40
70 Bari 41.12 16.87|71 Foggia 41.46 15.54|72 Brindisi 40.63 17.94|73 Lecce 40.35 18.17|74 Taranto 40.46 17.25
75 Matera 40.67 16.60|80 Napoli 40.85 14.27|81 Caserta 41.07 14.33|84 Salerno 40.68 14.77|85 Potenza 40.64 15.80
87 Cosenza 39.30 16.25|88 Catanzaro 38.91 16.59|89 Reggio Calabria 38.11 15.65|90 Palermo 38.12 13.36|95 Catania 37.51 15.08
98 Messina 38.19 15.55
"""
RUSSIA = """
10 Москва 55.75 37.62|11 Москва 55.75 37.62|12 Москва 55.75 37.62|140 Московская область 55.66 38.00
141 Московская область 55.92 37.70|142 Московская область 55.35 37.55|143 Московская область 55.70 37.00
150 Ярославль 57.63 39.87|156 Кострома 57.77 40.93|160 Вологда 59.22 39.89|170 Тверь 56.86 35.90
19 Санкт-Петербург 59.94 30.31|214 Смоленск 54.78 32.05|236 Калининград 54.71 20.51|248 Калуга 54.51 36.26
300 Тула 54.19 37.62|344 Ростов-на-Дону 47.24 39.71|350 Краснодар 45.04 38.98|390 Рязань 54.63 39.74
394 Воронеж 51.67 39.20|400 Волгоград 48.71 44.51|410 Саратов 51.53 46.03|420 Казань 55.79 49.12|443 Самара 53.20 50.15
450 Уфа 54.74 55.97|600 Владимир 56.13 40.41|603 Нижний Новгород 56.33 44.01|614 Пермь 58.01 56.25
620 Екатеринбург 56.84 60.61|630 Новосибирск 55.03 82.92|644 Омск 54.99 73.37|660 Красноярск 56.01 92.87
664 Иркутск 52.29 104.30|690 Владивосток 43.12 131.89
"""
BRITAIN = """
AB Aberdeen 57.15 -2.09|B Birmingham 52.48 -1.90|BA Bath 51.38 -2.36|BD Bradford 53.79 -1.75|BN Brighton 50.83 -0.14
BR Bromley 51.41 0.02|BS Bristol 51.45 -2.59|CB Cambridge 52.21 0.12|CF Cardiff 51.48 -3.18|CR Croydon 51.37 -0.10
CT Canterbury 51.28 1.08|CV Coventry 52.41 -1.51|DD Dundee 56.46 -2.97|DE Derby 52.92 -1.47|E London 51.53 -0.03
EC London 51.52 -0.10|EH Edinburgh 55.95 -3.19|EX Exeter 50.72 -3.53|G Glasgow 55.86 -4.25|GL Gloucester 51.86 -2.24
GU Guildford 51.24 -0.57|HA Harrow 51.58 -0.34|IG Ilford 51.56 0.08|IP Ipswich 52.06 1.16|KT Kingston 51.41 -0.30
L Liverpool 53.41 -2.98|LE Leicester 52.64 -1.13|LS Leeds 53.80 -1.55|M Manchester 53.48 -2.24|MK Milton Keynes 52.04 -0.76
N London 51.56 -0.10|NE Newcastle 54.98 -1.61|NG Nottingham 52.95 -1.15|NR Norwich 52.63 1.30|NW London 51.54 -0.17
OX Oxford 51.75 -1.26|PL Plymouth 50.37 -4.14|PO Portsmouth 50.80 -1.09|RG Reading 51.45 -0.97|RM Romford 51.58 0.18
S Sheffield 53.38 -1.47|SE London 51.48 -0.05|SO Southampton 50.90 -1.40|SW London 51.47 -0.16|TW Twickenham 51.45 -0.34
UB Southall 51.52 -0.40|W London 51.51 -0.20|WC London 51.52 -0.12|YO York 53.96 -1.08
"""


def areas() -> list[PostalArea]:
    found = []
    for country, text in (("ES", SPAIN), ("IT", ITALY), ("RU", RUSSIA), ("GB", BRITAIN)):
        for one in text.strip().replace("\n", "|").split("|"):
            prefix, rest = one.split(" ", 1)
            name, latitude, longitude = rest.rsplit(" ", 2)
            found.append(PostalArea(country, prefix, name, float(latitude), float(longitude)))
    return found
