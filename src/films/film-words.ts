/**
 * What the films of our own shop are about. A description is a setting, a lead and a turn of the lead's
 * genre: "On a fog-bound island, a lighthouse keeper … . When …, … ."
 */
export interface Lead {
  who: string;
  does: string;
  /** What titles are made of. */
  nouns: [string, string];
}

export interface Genre {
  name: string;
  /** Which settings fit. */
  where: keyof typeof settings;
  leads: Lead[];
  turns: string[];
}

const lead = (who: string, does: string, ...nouns: [string, string]): Lead => ({ who, does, nouns });

export const genres: Genre[] = [
  {
    name: 'Adventure',
    where: 'earth',
    leads: [
      lead(
        'a smuggler with a conscience',
        'steers an overloaded riverboat past three borders',
        'Riverboat',
        'Cargo',
      ),
      lead(
        'two rival balloonists',
        'race each other around the world in a single winter',
        'Balloon',
        'Tailwind',
      ),
      lead('a mapmaker', 'sets out to find the glacier that she drew by mistake', 'Glacier', 'Map'),
      lead(
        'a disgraced mountaineer',
        'leads a rescue team up a peak that has never been climbed',
        'Summit',
        'Rope',
      ),
      lead('a pearl diver', 'dives for the wreck of a treasure galleon', 'Galleon', 'Pearl'),
      lead('a caravan guide', 'crosses a desert with a stolen well on his map', 'Caravan', 'Dune'),
      lead('a bush pilot', 'flies medicine through a volcano eruption', 'Volcano', 'Propeller'),
    ],
    turns: [
      'When the storm of the century closes in, the only way home is forward.',
      'A saboteur travels with them, and every night something else is missing.',
      'What waits at the end is worth less than what was lost on the way.',
      'An old partner with an old grudge follows one day behind.',
    ],
  },
  {
    name: 'Animation',
    where: 'earth',
    leads: [
      lead('a clockwork fox', 'wanders off from a toymaker to learn what winter is', 'Fox', 'Clockwork'),
      lead('a small cloud', 'refuses to rain and is chased by thirsty farmers', 'Cloud', 'Rain'),
      lead('a penguin', 'opens a bakery for animals who cannot sleep', 'Penguin', 'Bakery'),
      lead('a paper dragon', 'is afraid of fire and joins a travelling puppet theatre', 'Dragon', 'Puppet'),
      lead('a snail and a racehorse', 'swap bodies on the eve of the great derby', 'Snail', 'Derby'),
      lead('a lost robot', 'raises an orphaned duckling in an empty factory', 'Robot', 'Duckling'),
      lead('a choir of frogs', 'tries to save its pond from a golf course', 'Frog', 'Pond'),
    ],
    turns: [
      'Painted by hand in watercolour, it ends with a lullaby.',
      'Friends turn up in the strangest shapes, and one of them is a broom.',
      'A grumpy crow narrates, and gets most of it wrong.',
      'The moon itself has to lend a hand.',
    ],
  },
  {
    name: 'Biography',
    where: 'past',
    leads: [
      lead('a self-taught astronomer', 'discovers a comet from the roof of a laundry', 'Comet', 'Telescope'),
      lead('a deaf composer', 'writes a symphony with a hand on the piano lid', 'Symphony', 'Silence'),
      lead(
        'the first woman to run a bank of her own',
        'faces down the men who want it to fail',
        'Banker',
        'Vault',
      ),
      lead(
        'a village doctor',
        'fights a cholera epidemic with boiled water and a bicycle',
        'Doctor',
        'Fever',
      ),
      lead('a chess prodigy', 'gives up the crown at the height of her fame', 'Queen', 'Gambit'),
      lead('a botanist', 'smuggles the seeds of a forbidden orchid through a war', 'Orchid', 'Seed'),
      lead('an exiled poet', 'learns a new language from the labels of tins', 'Poet', 'Exile'),
    ],
    turns: [
      'Told in letters that were never sent, it follows forty years of one stubborn life.',
      'Fame comes late, and is not what anyone had promised.',
      'A rival takes the credit; history takes longer to decide.',
      'The people who knew her best disagree about everything but her laugh.',
    ],
  },
  {
    name: 'Comedy',
    where: 'earth',
    leads: [
      lead('a wedding planner', 'books three rival families into the same chapel', 'Wedding', 'Chapel'),
      lead('a hopeless magician', 'is mistaken for the new mayor', 'Magician', 'Mayor'),
      lead('two feuding bakers', 'are locked in one kitchen before a cake contest', 'Cake', 'Baker'),
      lead('a nervous dentist', 'inherits a travelling circus with an insolent camel', 'Circus', 'Camel'),
      lead('a retired spy', 'joins a bingo club and suspects everyone', 'Bingo', 'Spy'),
      lead('a tax inspector', 'falls asleep on a ferry and wakes as its captain', 'Ferry', 'Captain'),
      lead('a goat', 'is elected to the village council by accident', 'Goat', 'Council'),
    ],
    turns: [
      'By Sunday there are two lawsuits, one engagement and no cake left.',
      'Nobody admits the mistake, so it grows.',
      'It would all be over in an hour if anyone would only listen to grandmother.',
      'A borrowed suit, a wrong suitcase and a parrot do the rest.',
    ],
  },
  {
    name: 'Crime',
    where: 'earth',
    leads: [
      lead('a safecracker', 'plans one last bank heist with her estranged daughter', 'Heist', 'Safe'),
      lead('a night-shift detective', 'hunts an arsonist who leaves opera tickets', 'Arsonist', 'Ember'),
      lead('a forger of paintings', 'is hired to find the thief of his own fake', 'Forger', 'Canvas'),
      lead('a prison cook', 'smuggles messages between two gangs in the bread', 'Prison', 'Bread'),
      lead(
        'a customs officer',
        'follows a shipment of counterfeit coins into the mob',
        'Counterfeit',
        'Coin',
      ),
      lead(
        'a pickpocket',
        'lifts a wallet that holds a police badge and a photograph of a murder',
        'Pickpocket',
        'Badge',
      ),
      lead('a jury of strangers', 'learns that one of them knew the victim', 'Jury', 'Verdict'),
    ],
    turns: [
      'The plan is perfect until somebody falls in love with the guard.',
      'Every alibi is true, and that is the trouble.',
      'The money is gone by the second act; the guilt stays.',
      'An honest policeman becomes the most dangerous man in town.',
    ],
  },
  {
    name: 'Documentary',
    where: 'earth',
    leads: [
      lead('a family of beekeepers', 'moves two hundred hives after the blossom', 'Honey', 'Hive'),
      lead('the last makers of wooden boats', 'build one more hull by eye', 'Boatyard', 'Hull'),
      lead('a team of marine biologists', 'follows a blue whale and her calf for a year', 'Whale', 'Calf'),
      lead(
        'the night workers of a railway',
        'keep the trains moving while a city sleeps',
        'Railway',
        'Nightshift',
      ),
      lead('a choir of coal miners', 'sings on after the mine has closed', 'Miner', 'Choir'),
      lead(
        'the guardians of a seed vault',
        'travel to bring lost kinds of wheat back to the field',
        'Wheat',
        'Harvest',
      ),
      lead('a village school', 'teaches eleven pupils of nine ages in one room', 'School', 'Blackboard'),
    ],
    turns: [
      'Without narration, the camera simply waits, and is rewarded.',
      'Three generations speak for themselves.',
      'It asks what a place owes to those who stay.',
      'Old footage found in an attic gives the story a second life.',
    ],
  },
  {
    name: 'Drama',
    where: 'earth',
    leads: [
      lead(
        'a lighthouse keeper',
        'keeps the lamp burning for a ship that never came home',
        'Lighthouse',
        'Lamp',
      ),
      lead('a piano teacher', 'discovers that her best pupil is the son she gave away', 'Piano', 'Pupil'),
      lead('two brothers', 'divide a vineyard after the funeral of their father', 'Vineyard', 'Inheritance'),
      lead('a nurse on the night ward', 'writes letters for patients who cannot', 'Nurse', 'Letter'),
      lead('a bus driver', 'takes in a refugee boy who speaks to nobody', 'Refugee', 'Bus'),
      lead('an ageing actress', 'forgets her lines and remembers everything else', 'Actress', 'Curtain'),
      lead(
        'a bell founder',
        'casts one last bell for a church that is to be drowned by a dam',
        'Bell',
        'Dam',
      ),
    ],
    turns: [
      'A letter arrives twenty years late, and with it the question of forgiveness.',
      'Over one long summer, what was never said becomes louder than what was.',
      'Neither of them is right, and both are sure.',
      'When the snow melts, somebody has to leave.',
    ],
  },
  {
    name: 'Family',
    where: 'earth',
    leads: [
      lead('three sisters', 'hide a stray elephant in the garage of their grandmother', 'Elephant', 'Garage'),
      lead('a boy and his deaf dog', 'set out to win the sheepdog trials', 'Sheepdog', 'Whistle'),
      lead(
        'a girl inventor',
        'builds a submarine from bathtubs to look for her father',
        'Submarine',
        'Bathtub',
      ),
      lead('twins', 'swap schools and nearly get away with it', 'Twins', 'Swap'),
      lead(
        'a grandfather',
        'takes his grandchildren to see the northern lights in an ice-cream van',
        'Northern Light',
        'Ice-Cream Van',
      ),
      lead('a class of ten-year-olds', 'saves the town library by selling a ghost', 'Library', 'Ghost'),
      lead('a lonely boy', 'befriends the seal that steals fish from the harbour', 'Seal', 'Harbour'),
    ],
    turns: [
      'The grown-ups notice last, as usual.',
      'It takes the whole street, a trumpet and a very long rope.',
      'By the end of the holidays everyone has learned to swim.',
      'Somebody has to tell mother.',
    ],
  },
  {
    name: 'Fantasy',
    where: 'myth',
    leads: [
      lead('a weaver', 'spins a cloak that hides its wearer from death', 'Cloak', 'Loom'),
      lead('a young witch', 'fails her exam and frees the river from its curse instead', 'Witch', 'River'),
      lead(
        'a knight without a horse',
        'guards a sleeping giant whom an army wants to wake',
        'Giant',
        'Knight',
      ),
      lead('a librarian of spells', 'hunts a book that writes its readers into itself', 'Spellbook', 'Ink'),
      lead('a mermaid', 'trades her voice for a map of the dry land', 'Mermaid', 'Voice'),
      lead(
        'the youngest of seven princes',
        'must carry a candle through the kingdom of the wind',
        'Candle',
        'Wind',
      ),
      lead('a dragon tamer', 'loses her nerve and her dragon on the same day', 'Dragonrider', 'Scale'),
    ],
    turns: [
      'The price of magic is paid in memories, and she has few to spare.',
      'An old oath wakes, and with it the thing beneath the hill.',
      'Only the one who does not want the crown can lift it.',
      'Every door opens on another season.',
    ],
  },
  {
    name: 'Horror',
    where: 'earth',
    leads: [
      lead('a sleep researcher', 'finds that all her patients dream of the same house', 'Dream', 'Sleeper'),
      lead('a family of restorers', 'uncovers a bricked-up nursery that is still warm', 'Nursery', 'Wall'),
      lead('a radio host', 'receives calls from listeners who have died', 'Caller', 'Frequency'),
      lead('a vampire', 'answers an advertisement for a night porter', 'Vampire', 'Porter'),
      lead('a group of students', 'spends a night in an abandoned asylum for a bet', 'Asylum', 'Bet'),
      lead('a beekeeper', 'hears her hives whisper the name of the next to die', 'Whisper', 'Swarm'),
      lead('a deep-sea crew', 'hauls up a sealed door in its nets', 'Trawler', 'Door'),
    ],
    turns: [
      'One by one the mirrors stop agreeing with the room.',
      'By the third night nobody dares to count the guests.',
      'The village knew, and the village is still hungry.',
      'What follows them home does not need to hurry.',
    ],
  },
  {
    name: 'Music',
    where: 'earth',
    leads: [
      lead(
        'a washed-up jazz trumpeter',
        'gets one more night at the club that threw him out',
        'Trumpet',
        'Encore',
      ),
      lead('a punk band of pensioners', 'goes on a farewell tour that refuses to end', 'Tour', 'Amplifier'),
      lead('a street violinist', 'is given a stolen Stradivarius', 'Violin', 'String'),
      lead('an opera house cleaner', 'steps in for the soprano and stops the show', 'Soprano', 'Opera'),
      lead('two drummers', 'duel through a carnival for one place in the samba school', 'Drum', 'Carnival'),
      lead(
        'a songwriter',
        'follows a tune on a broken cassette to the singer who vanished',
        'Cassette',
        'Song',
      ),
      lead(
        'an accordion maker',
        'enters his shy apprentice for the great contest',
        'Accordion',
        'Apprentice',
      ),
    ],
    turns: [
      'The last concert is played in the rain, to eleven people and a horse.',
      'Success splits what poverty had held together.',
      'A producer offers everything except the right song.',
      'When the lights fail, they play on by ear.',
    ],
  },
  {
    name: 'Mystery',
    where: 'past',
    leads: [
      lead('a crossword setter', 'finds her own clues beside a body', 'Crossword', 'Clue'),
      lead('a hotel detective', 'has one night to find who poisoned the count', 'Hotel', 'Poison'),
      lead('a blind watchmaker', "hears that a dead man's watch is running backwards", 'Watchmaker', 'Hour'),
      lead(
        'a train conductor',
        'counts one passenger too many in the sleeping car',
        'Sleeping Car',
        'Passenger',
      ),
      lead(
        'an archivist',
        'notices that a drowned village still pays its taxes',
        'Archive',
        'Drowned Village',
      ),
      lead('a schoolmistress', 'reads of a murder in an essay before it happens', 'Essay', 'Schoolmistress'),
      lead('a stage illusionist', 'vanishes in front of a thousand witnesses', 'Illusionist', 'Trapdoor'),
    ],
    turns: [
      'Nine guests, one key, and a storm that keeps everybody in.',
      'The only witness is a parrot that lies.',
      'The solution has been hanging on the wall all along.',
      'Whoever did it has already confessed, and nobody believed it.',
    ],
  },
  {
    name: 'Romance',
    where: 'earth',
    leads: [
      lead('a florist and an undertaker', 'share a wall, a van and at last a breakfast', 'Florist', 'Lily'),
      lead('two translators', 'fall in love over a comma in a peace treaty', 'Comma', 'Treaty'),
      lead('a ferryman', 'writes a love letter to the passenger who never looks up', 'Ferryman', 'Crossing'),
      lead('a widowed ballroom dancer', "learns to tango from her late husband's rival", 'Tango', 'Ballroom'),
      lead("a lonely astronaut's wife", 'befriends the baker who delivers at dawn', 'Dawn', 'Bread Roll'),
      lead(
        'a bookseller',
        'finds answers pencilled into the margins of second-hand novels',
        'Bookshop',
        'Margin',
      ),
      lead(
        'an umbrella mender',
        'meets the same stranger in every downpour of the year',
        'Umbrella',
        'Downpour',
      ),
    ],
    turns: [
      'They have until the end of the season, and neither of them can count.',
      'The wrong train turns out to be the right one.',
      'An engagement stands in the way, and so does a very small dog.',
      'Ten years pass between two kisses.',
    ],
  },
  {
    name: 'Science Fiction',
    where: 'space',
    leads: [
      lead('the pilot of a freighter', 'picks up a distress signal in her own voice', 'Signal', 'Freighter'),
      lead('a gardener', 'tends the last forest in a glass dome', 'Forest', 'Dome'),
      lead(
        'a time traveller',
        'is stuck in the same Tuesday with the man who built the machine',
        'Tuesday',
        'Machine',
      ),
      lead('an android nanny', 'defends a child against the company that owns them both', 'Android', 'Nanny'),
      lead('a linguist', 'negotiates with aliens who speak only in smells', 'Alien', 'Linguist'),
      lead('a mining crew', 'breaks into a city that is older than the stars around it', 'Asteroid', 'City'),
      lead('a memory broker', 'buys the one memory that was never lived', 'Memory', 'Broker'),
    ],
    turns: [
      'The oxygen lasts for nine hours; the argument lasts for eight.',
      'Earth answers at last, and the answer is older than the question.',
      'To save the crew, somebody has to stay a copy.',
      'The ship has known all along.',
    ],
  },
  {
    name: 'Sports',
    where: 'earth',
    leads: [
      lead('a goalkeeper', 'returns to the football club that he once relegated', 'Goalkeeper', 'Penalty'),
      lead('a girl boxer', 'trains in a closed swimming pool with a priest in her corner', 'Boxer', 'Corner'),
      lead(
        'a village cycling team',
        'enters the mountain stage on borrowed bicycles',
        'Bicycle',
        'Mountain Stage',
      ),
      lead('a curling rink of retired fishermen', 'qualifies for the winter games', 'Curling', 'Stone'),
      lead('a blind marathon runner', 'loses her guide a week before the race', 'Marathon', 'Guide'),
      lead('a sumo wrestler', 'takes up figure skating after a defeat', 'Skater', 'Wrestler'),
      lead('a rowing eight', 'has seven rowers and a poet', 'Oar', 'Rowing Eight'),
    ],
    turns: [
      'The final is lost in the first minute and won in the last.',
      'A sponsor wants a winner; the coach wants them home in one piece.',
      'Training begins at four in the morning, in the dark, with buckets.',
      'The old record falls, and nobody is there to time it.',
    ],
  },
  {
    name: 'Western',
    where: 'west',
    leads: [
      lead('a one-armed sheriff', 'has until noon to empty a gold-rush town', 'Sheriff', 'Noon'),
      lead(
        'a widow with a shotgun',
        'drives four thousand cattle through the land of her enemies',
        'Cattle',
        'Widow',
      ),
      lead('a telegraph girl', 'intercepts a bandit message and answers it', 'Telegraph', 'Bandit'),
      lead('an undertaker', 'arrives in town a day before the gunfight', 'Undertaker', 'Gunfight'),
      lead('two outlaws', 'hide as monks in a mission and come to like it', 'Outlaw', 'Mission'),
      lead('a Chinese railway cook', 'avenges the men who were left in the tunnel', 'Tunnel', 'Railroad'),
      lead('a horse thief', 'returns the one horse that he should have kept', 'Horse Thief', 'Mustang'),
    ],
    turns: [
      'Law comes by stagecoach, and the stagecoach is late.',
      'Every grave on the hill has the same date.',
      'The river is poisoned, and three ranchers know why.',
      'In the end it is the piano player who draws first.',
    ],
  },
];

/** How a description begins, and the name that a title may use. */
export const settings = {
  earth: [
    ['On a fog-bound island in the North Atlantic', 'Fog Island'],
    ['In a mountain village in Bhutan', 'Bhutan'],
    ['In the back streets of Lisbon', 'Lisbon'],
    ['On the frozen coast of Labrador', 'Labrador'],
    ['In a fishing harbour on the Black Sea', 'the Black Sea'],
    ['In the suburbs of Nairobi', 'Nairobi'],
    ['On a tea plantation in Assam', 'Assam'],
    ['In the canals of Bruges', 'Bruges'],
    ['In a mining town in the Atacama desert', 'Atacama'],
    ['On the night train to Odessa', 'Odessa'],
    ['In a seaside resort out of season', 'the Empty Pier'],
    ['In the monsoon of Kerala', 'Kerala'],
    ['On a sheep farm in Patagonia', 'Patagonia'],
    ['In the rooftop quarters of Hong Kong', 'Hong Kong'],
    ['In a snowed-in ski hotel in the Tatra mountains', 'the Tatras'],
    ['In the old harbour of Marseille', 'Marseille'],
    ['On the salt flats of Bolivia', 'the Salt Flats'],
    ['In a hill town in Umbria', 'Umbria'],
  ],
  past: [
    ['In Vienna between the wars', 'Vienna'],
    ['In gaslit Edinburgh', 'Edinburgh'],
    ['In Istanbul in 1911', 'Istanbul'],
    ['On an ocean liner bound for Buenos Aires', 'the Liner'],
    ['In Kyoto in the last years of the shogun', 'Kyoto'],
    ['In a spa town in Bohemia before the war', 'Bohemia'],
    ['In plague-time Venice', 'Venice'],
    ['In New Orleans in the winter of 1928', 'New Orleans'],
    ['In a manor on the Yorkshire moors', 'the Moors'],
    ['In occupied Oslo', 'Oslo'],
  ],
  myth: [
    ['In a kingdom under the lake', 'the Lake'],
    ['In a forest where nobody ages', 'the Ageless Forest'],
    ['At the court of the winter queen', 'the Winter Court'],
    ['In a city carved from one mountain', 'Stone City'],
    ['On islands that drift with the tide', 'the Drifting Isles'],
    ['In the country behind the north wind', 'the North'],
    ['In a valley that maps leave out', 'the Unmapped Valley'],
    ['In the market of the dead', 'the Night Market'],
  ],
  space: [
    ['On a research station above Saturn', 'Saturn'],
    ['In the tunnels under Mars', 'Mars'],
    ['On a generation ship with a broken clock', 'the Long Voyage'],
    ['In a flooded Shanghai, two centuries from now', 'Shanghai'],
    ['On a moon where it has just begun to rain', 'the Rain Moon'],
    ['At the edge of a black hole', 'the Dark'],
    ['In an orbital prison', 'the Orbit'],
    ['On the first colony without children', 'the Colony'],
  ],
  west: [
    ['In a town that the railroad forgot', 'Dry Creek'],
    ['On the Mexican border in 1881', 'the Border'],
    ['In the silver camps of Nevada', 'Nevada'],
    ['On the Oregon trail', 'Oregon'],
    ['In a canyon with one way out', 'the Canyon'],
    ['On the winter range of Montana', 'Montana'],
    ['In a saloon at the end of the line', 'the Last Saloon'],
    ['On the banks of the Red River', 'the Red River'],
  ],
} as const satisfies Record<string, readonly (readonly [string, string])[]>;

export const titleAdjectives =
  'Silent Crimson Hidden Broken Golden Distant Bitter Paper Midnight Burning Borrowed Crooked Gentle Endless Stolen Restless'.split(
    ' ',
  );

export const languages = ['English', 'Portuguese', 'Japanese', 'Hindi', 'Swahili', 'Polish'];

export const specialFeatures = ['Trailers', 'Commentaries', 'Deleted Scenes', 'Behind the Scenes'];
