"""English names, the most frequent first: how often a name is drawn follows from its place in the list.

Rare family names are built of two parts, as those that come from places are.
"""

# ruff: noqa: SIM905 - a list of hundreds of names is read as running text

from typing import Final

MALE: Final = tuple(
    """
    James John David Michael Robert William Thomas Daniel Richard Christopher Matthew Andrew Paul Mark Joseph
    Stephen George Peter Jack Oliver Harry Charles Edward Anthony Alexander Samuel Benjamin Simon Kevin Adam
    Ryan Luke Nathan Jacob Joshua Liam Connor Callum Kieran Sean Philip Martin Ian Graham Alan Colin Brian Keith
    Kenneth Ronald Gary Neil Stuart Craig Scott Darren Lee Wayne Dean Jason Jamie Aaron Dominic Patrick Timothy
    Jonathan Nicholas Gareth Rhys Owen Dylan Ethan Noah Henry Leo Oscar Archie Freddie Alfie Arthur Logan Mason
    Max Toby Sebastian Theodore Edwin Albert Ernest Frank Frederick Harold Leonard Walter Raymond Roger Trevor
    Terence Victor Vincent Hugh Gerald Gordon Geoffrey Gilbert Rupert Miles Julian Jasper Lewis Louis Elliot
    Ellis Felix Finley Gavin Glenn Hamish Isaac
    """.split()
)
FEMALE: Final = tuple(
    """
    Sarah Emma Laura Elizabeth Jennifer Mary Susan Margaret Patricia Rebecca Rachel Jessica Charlotte Hannah
    Sophie Amy Lucy Victoria Catherine Katherine Helen Claire Karen Julie Amanda Nicola Michelle Lisa Louise
    Joanne Samantha Emily Chloe Olivia Amelia Isla Ava Grace Ella Lily Freya Poppy Isabella Evie Mia Daisy Alice
    Florence Sienna Ruby Phoebe Megan Holly Bethany Abigail Natalie Natasha Gemma Kelly Stacey Kirsty Leanne
    Lindsay Heather Fiona Alison Caroline Christine Janet Jane Anne Angela Barbara Sandra Sharon Tracey Deborah
    Donna Dawn Wendy Linda Maureen Pauline Sheila Shirley Sylvia Rosemary Ruth Ruby-May Martha Maisie Matilda
    Millie Molly Naomi Nancy Nora Penelope Philippa Rose Rosie Sally Scarlett Stella Tamsin Teresa Tina Valerie
    Vanessa Vera Violet Yvonne Zara Zoe Harriet Georgia Georgina Gillian Gwen Hazel Imogen Irene Iris Ivy
    Jasmine Jean Joan
    """.split()
)
FAMILY: Final = tuple(
    """
    Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts
    Green Hall Wood Jackson Clarke Clark Harris Lewis Turner Hill Cooper Morris Ward Moore Hughes Edwards King
    Baker Lee Martin Harrison Morgan Allen James Scott Phillips Watson Davis Parker Bennett Price Griffiths
    Young Mitchell Cook Kelly Bailey Carter Richardson Collins Bell Shaw Murphy Miller Cox Simpson Marshall
    Anderson Ellis Adams Wilkinson Foster Campbell Chapman Powell Webb Rogers Gray Mason Hunt Palmer Holmes
    Mills Stevens Matthews Knight Lloyd Barnes Butler Fisher Russell Barker Jenkins Murray Dixon Harvey Graham
    Pearson Fletcher Walsh Reynolds Howard Andrews Stewart Gibson Ford Payne Fox Hart Stone West Reid Burton Day
    Newman Spencer Lawrence Grant Riley Brooks Cole Black Dean Arnold Armstrong Atkinson Austin Ball Barrett
    Barton Bates Baxter Berry Birch Bird Bishop Blake Bolton Bond Booth Bowen Boyd Bradley Bradshaw Briggs
    Bryant Burgess Burke Burns Byrne Cameron Carr Carpenter Carroll Chambers Chandler Charlton Christie Clayton
    Clements Coates Coleman Conway Corbett Cross Crossley Cunningham Curtis Dale Dalton Daniels Dawson Dennis
    Dickson Dobson Donnelly Douglas Doyle Drew Duffy Duncan Dunn Dyer Eaton Elliott Farmer Farrell Faulkner
    Ferguson Field Finch Fleming Flynn Forster Fowler Francis Franklin Fraser Freeman French Frost Fuller
    Gallagher Gardner Garner Gill Glover Goddard Godfrey Goodwin Gordon Gough Greenwood Gregory Griffin Hale
    Hamilton Hammond Hancock Hanson Harding Hardy Harper Harrington Hartley Hayes Haynes Heath Henderson Henry
    Herbert Hewitt Hicks Higgins Hobbs Hodgson Holden Holland Holt Hooper Hopkins Horton Houghton Howarth Howe
    Howell Hudson Humphreys Hunter Hurst Hutchinson Ingram Iqbal Irving Jarvis Jennings Johnston Jordan Joyce
    Kay Kaur Kemp Kennedy Kent Kerr Khan Kirby Kirk Knowles Lamb Lambert Lane Lawson Leach Leonard Little Long
    Lord Lowe Lucas Lynch Lyons Macdonald Mackenzie Manning Marsh Marsden May McCarthy McDonald McLean Metcalfe
    Middleton Miles Moran Morrison Morton Moss Myers Nash Naylor Nelson Newton Nicholls Nicholson Nixon Noble
    Nolan Norman Norris Norton O'Brien O'Connor O'Neill Oliver Osborne Owen Page Park Parkin Parry Parsons Patel
    Patterson Pearce Peacock Perkins Perry Peters Pickering Pollard Poole Porter Potter Pratt Preston Pritchard
    Pugh Quinn Ramsey Randall Rawlings Read Reed Rees Rhodes Rice Richards Ritchie Robson Rose Ross Rowe Rowley
    Ryan Sanders Sanderson Saunders Savage Schofield Sharp Shepherd Sheppard Short Simmons Sims Sinclair Singh
    Skinner Slater Smart Smyth Stephens Stephenson Stevenson Stokes Storey Sullivan Summers Sutton Swift Sykes
    Talbot Thomas Thomson Thornton Todd Tomlinson Townsend Tucker Turnbull Tyler Vaughan Vincent Wade Wall
    Wallace Wallis Walters Walton Warner Warren Waters Watkins Watts Weaver Webster Welch Wells Weston Wheeler
    Whitehead Whitehouse Wilkins Willis Winter Woods Wyatt Yates
    """.split()
)
STEMS: Final = tuple(
    """
    Ash Bar Black Brad Bram Broad Brook Burn Cal Carl Clif Cran Cross Dar Den Ever Fair Farn Gar Glan Had Hal
    Ham Haw Hazel Hol Hur Kel King Lang Lin Long Mar Mil Nor Oak Pen Pres Red Ring Ruth Sel Shel Sher Stan Stock
    Sud Ten Thorn Wad Wal Wel Whit Win Wool Wor
    """.split()
)
ENDINGS: Final = (
    "bury",
    "by",
    "den",
    "field",
    "ford",
    "ham",
    "hurst",
    "ley",
    "more",
    "shaw",
    "stead",
    "ton",
    "well",
    "worth",
)
NICKNAMES: Final = {
    "James": ("Jim", "Jimmy", "Jamie"),
    "John": ("Johnny", "Jack"),
    "David": ("Dave",),
    "Michael": ("Mike", "Mick"),
    "Robert": ("Bob", "Rob"),
    "William": ("Bill", "Will"),
    "Thomas": ("Tom", "Tommy"),
    "Daniel": ("Dan", "Danny"),
    "Richard": ("Rick", "Dick"),
    "Christopher": ("Chris",),
    "Matthew": ("Matt",),
    "Andrew": ("Andy", "Drew"),
    "Joseph": ("Joe",),
    "Stephen": ("Steve",),
    "Peter": ("Pete",),
    "Charles": ("Charlie",),
    "Edward": ("Ed", "Ted"),
    "Anthony": ("Tony",),
    "Alexander": ("Alex", "Sandy"),
    "Samuel": ("Sam",),
    "Benjamin": ("Ben",),
    "Nicholas": ("Nick",),
    "Timothy": ("Tim",),
    "Jonathan": ("Jon",),
    "Elizabeth": ("Liz", "Beth", "Betty"),
    "Jennifer": ("Jen", "Jenny"),
    "Susan": ("Sue",),
    "Margaret": ("Maggie", "Peggy"),
    "Patricia": ("Pat", "Trish"),
    "Rebecca": ("Becky",),
    "Jessica": ("Jess",),
    "Charlotte": ("Lottie",),
    "Victoria": ("Vicky",),
    "Catherine": ("Cathy", "Kate"),
    "Katherine": ("Kathy", "Kate"),
    "Amanda": ("Mandy",),
    "Samantha": ("Sam",),
    "Abigail": ("Abby",),
    "Deborah": ("Debbie",),
    "Christine": ("Chris", "Tina"),
}
CITIES: Final = tuple(
    """
    London Birmingham Leeds Glasgow Sheffield Manchester Edinburgh Liverpool Bristol Cardiff Leicester Coventry
    Nottingham Newcastle Southampton Portsmouth Derby Plymouth Wolverhampton Norwich Oxford Cambridge York
    Exeter Bath
    """.split()
)
STREETS: Final = tuple(
    """
    High_Street Station_Road Main_Street Park_Road Church_Road Church_Street London_Road Victoria_Road
    Green_Lane Manor_Road Church_Lane Park_Avenue The_Avenue The_Crescent Queens_Road New_Road Grange_Road
    Kings_Road Kingsway Windsor_Road Highfield_Road Mill_Lane Alexander_Road York_Road Main_Road Broadway
    King_Street The_Green Springfield_Road George_Street Park_Lane Albert_Road Victoria_Street Orchard_Close
    Chapel_Lane School_Lane
    """.split()
)
ORGANISATIONS: Final = tuple(
    """
    Sunrise Oakfield Riverside Northgate Beacon Harbour Meridian Summit Evergreen Silverline Bluebell Crossways
    Fairview Highland Ironbridge Kingfisher Lighthouse Maple Orchard Pinnacle Quayside Redwood Stonebridge
    Thistle Union Westway
    """.split()
)
FORMS: Final = ("{} Ltd", "{} Limited", "{}", "{} LTD.")
