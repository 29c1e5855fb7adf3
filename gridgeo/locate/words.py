"""Words of addresses in many languages and what they are read as; plain tables, no logic.

Written as people write them; `tokens.py` folds them (case, accents, letters of other scripts) as it folds addresses.
"""

from __future__ import annotations

STREET_TYPES: dict[str, str] = {
    "str": "street straße strasse str straat strada stræde",
    "ave": "avenue avenida av ave avda avd",
    "blvd": "boulevard bulevard bulevar bulevardul bulvarı bulvar blvd blv bvd bd bul boul бульвар булевард "
            "булевар бул",
    "road": "road rd",
    "route": "route rte",
    "lane": "lane ln",
    "drive": "drive drv",
    "court": "court ct",
    "cl": "close calle cl cll",
    "cres": "crescent cres crs",
    "terr": "terrace terr tce terrasse",
    "gdns": "gardens garden gdns gdn gdens",
    "place": "place pl platz plaza pza plz plac plein pln plass plats plads praça pç pça piazza pzza piața "
             "p-ța площадь "
             "площа пл πλατεία πλ",
    "square": "square sq",
    "way": "way wy",
    "weg": "weg vägen väg veien vei vejen vej",
    "gate": "gatan gata gate gade gt gd",
    "gasse": "gasse",
    "allee": "allee allée alle allé alameda aleja aleea aleje al алея аллея",
    "rue": "rue rua",
    "carrera": "carrera cra kr",
    "chemin": "chemin chem camino caminho cno",
    "paseo": "paseo pso po",
    "travessa": "travessa travesía trav tv",
    "largo": "largo lgo lg",
    "praceta": "praceta pct",
    "via": "via", "viale": "viale vle", "corso": "corso cso", "vicolo": "vicolo vic",
    "ul": "улица ulica ulice ul вулиця вул",
    "utca": "utca",
    "prospekt": "проспект пр-т пр-кт просп prospekt",
    "per": "переулок пер провулок пров prov",
    "nab": "набережная наб набережна nábřeží nábř nabr",
    "shosse": "шоссе ш шосе",
    "os": "osiedle os",
    "trida": "třída tř",
    "namesti": "náměstí nám",
    "caddesi": "caddesi cadde cad cd",
    "sokak": "sokak sokağı sok sk",
    "leoforos": "λεωφόρος λεωφ", "odos": "οδός",
    "korut": "körút krt",
    "calea": "calea", "soseaua": "șoseaua șos",
    "hwy": "highway hwy", "pkwy": "parkway pkwy", "prom": "promenade prom",
    "privada": "privada priv",
    "quai": "quai quay",
    "impasse": "impasse imp",
}  # fmt: skip
"""Kind of street -> the words and abbreviations that say it; a kind may join languages that shorten alike."""

FIRST_TYPES: dict[str, str] = {"c": "cl", "r": "rue", "v": "via", "ch": "chemin", "d": "", "t": "", "br": "blvd"}
"""Single letters that say a kind of street only in front of a name; empty: nothing."""
LAST_TYPES: dict[str, str] = {"st": "str", "dr": "drive", "u": "utca"}
"""Abbreviations that say a kind of street behind a name, and something else in front of one."""

TYPE_ENDINGS: dict[str, str] = {
    "str": "strasse str straat straede", "weg": "weg vagen veien vejen vej vei vn", "place": "platz plein pln",
    "gate": "gatan gata gate gade gt gd", "gasse": "gasse", "allee": "allee",
}  # fmt: skip
"""Kind of street -> endings of one-word street names that say it, folded."""

WORDS: dict[str, str] = {
    "s": "saint sankt san sant santo são santa sta ste sveti svaty svatého świętego św άγιος αγίου αγίας αγ "
         "south sul sur",
    "n": "north norra norte nte nord nørre",
    "e": "east este", "w": "west ouest oeste",
    "sodra": "södra", "ostra": "östra",
    "dr": "doctor doutor doktor doktora",
    "prof": "professor profesor professora profesora",
    "gen": "general généralů général generała generale gal генерала",
    "cel": "coronel colonel col", "mal": "marechal maréchal maresciallo mariscal",
    "bgm": "bürgermeister burgemeester burg bürgerm",
    "kon": "koningin", "akad": "академика ак", "pres": "président presidente president",
    "mt": "mount", "lwr": "lower", "upr": "upper", "ft": "fort", "pte": "poniente", "ote": "oriente",
    "pk": "park", "gro": "grove", "grn": "green", "ind": "industrial", "est": "estate", "hse": "house",
    "bldg": "building bldgs buildings", "ctg": "cottage cott", "gv": "grove", "hts": "heights",
    "jr": "junior", "ter": "tér",
    "koz": "köz",
}  # fmt: skip
"""How a word is read -> its spellings, wherever it stands."""

SMALL_WORDS = (
    "de la le les du des da do das dos del della dello dei degli delle di el los las l d der die den the of and "
    "und et y и no nr num number numero n° nº бр буд д дом"
)
"""Articles, joints and signs of numbers: they do not count in a name."""

UNIT_WORDS = (
    "flat apartment apartamento apto apt ap app appt unit suite room zimmer top tür stiege wohnung whg кв "
    "квартира оф офис office oficina подъезд byt lok m mieszkanie int interno scala piso planta puerta esc "
    "escalera bloco bloque bl sala conj lgh as ет вх sc etaj стан sprat kat daire floor fl penthouse studio shop "
    "bay bays hangar plot lot box depto dept bât bat эт этаж помещение пом hinterhaus ап bp kom pok"
)
"""The number behind such a word is not the house's."""

ESTATE_WORDS = "unit hangar bay bays plot lot"
"""Where an address has no other number, the one behind such a word is the house's: units of an estate."""

FLOOR_WORDS = "og ug eg stock etage floor em andar tv th esq dto emelet étage piso kerros np"
"""The number in front of such a word is a floor."""

COUNTRIES = (
    "deutschland österreich schweiz liechtenstein nederland belgië belgique france italia españa méxico brasil "
    "portugal sverige danmark norge suomi finland polska česko magyarország россия украина україна българия "
    "србија ελλάδα türkiye românia usa uk england scotland wales ireland germany austria switzerland netherlands "
    "spain italy russia ukraine bulgaria serbia greece turkey romania poland czechia hungary sweden denmark "
    "norway brazil mexico 中国 united kingdom isle man im us gb fl ch at de nl es it pt br fr se no dk fi pl cz hu "
    "ru ua bg rs gr tr ro li"
)
"""Names of countries that may follow an address."""
