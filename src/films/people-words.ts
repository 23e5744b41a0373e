/** The people and places of our own shop. Names and cities are combined at random; addresses are invented. */
const words = (text: string) => text.trim().split(/\s+/);

export const firstNames = words(`
  Ada Amara Anselm Aoife Beatriz Bela Bruno Camille Cyrus Dalia Dimitri Edda Elio Emeka Esther Farah Felix Freya
  Gideon Greta Hana Hugo Ines Iris Isak Jamal Jolanta Jun Kaito Kamala Keziah Lars Leila Lucian Mabel Magnus Mira
  Nadia Niko Nuria Olga Omar Orla Paloma Pavel Priya Quentin Rafael Ravi Rosa Ruben Saskia Selma Sipho Sunniva Tariq
  Tessa Tomasz Una Vera Viggo Wanda Yara Yusuf Zelda Zora`);

export const lastNames = words(`
  Abara Adler Almeida Baptiste Bergstrom Bianchi Blackwood Calloway Castellan Chandra Corvin Dahl Delacroix Dubois
  Ekman Falk Farrow Fontaine Galloway Greenwood Haddad Halloran Hartmann Holt Ibarra Ito Jansen Juhasz Kaplan Kowal
  Lachlan Lindqvist Lowell Malik Marchetti Mbeki Moreau Nakagawa Novak Okafor Ortega Osei Pellegrino Petrov Quill
  Rahman Rosenthal Rousseau Sandoval Sato Silveira Sorensen Tanaka Thorne Ullmann Valdez Varga Wexler Whitlock Yamada
  Zimmer`);

/** Each country with cities and the region that they lie in. */
export const places: [country: string, region: string, cities: string[]][] = [
  ['Argentina', 'Santa Fe', ['Rosario', 'Rafaela']],
  ['Canada', 'Nova Scotia', ['Halifax', 'Lunenburg', 'Truro']],
  ['Czechia', 'Moravia', ['Brno', 'Olomouc']],
  ['Germany', 'Saxony', ['Leipzig', 'Dresden', 'Chemnitz']],
  ['Ghana', 'Ashanti', ['Kumasi', 'Obuasi']],
  ['India', 'Kerala', ['Kochi', 'Kollam']],
  ['Ireland', 'Munster', ['Cork', 'Limerick']],
  ['Japan', 'Hokkaido', ['Sapporo', 'Otaru', 'Hakodate']],
  ['Kenya', 'Coast', ['Mombasa', 'Malindi']],
  ['Mexico', 'Oaxaca', ['Oaxaca', 'Tuxtepec']],
  ['Norway', 'Vestland', ['Bergen', 'Voss']],
  ['Poland', 'Pomerania', ['Gdansk', 'Sopot']],
  ['Portugal', 'Norte', ['Porto', 'Braga']],
  ['Turkey', 'Aegean', ['Izmir', 'Bodrum']],
  ['United States', 'Oregon', ['Portland', 'Astoria', 'Eugene']],
];

export const streets = words(`
  Acorn Anchor Bellows Cedar Chapel Cooper Dovecote Ember Fiddler Foundry Garland Heron Juniper Kestrel Lantern Linden
  Mariner Millrace Orchard Plover Quarry Ropewalk Saddler Tanner Thistle Weaver Willow`);

export const streetKinds = ['Street', 'Lane', 'Road', 'Square', 'Avenue'];
