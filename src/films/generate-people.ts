import { lastUpdate } from './generate-films.ts';
import { firstNames, lastNames, places, streetKinds, streets } from './people-words.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Shop } from './shop-tables.ts';

export type People = Pick<Shop, 'country' | 'city' | 'address' | 'store' | 'staff' | 'customer'>;

const customerCount = 150;
const storeCount = 2;
const staffPerStore = 2;

/** Two stores with two people each, their customers, and where all of them live. */
export function generatePeople(random: SeededRandom): People {
  const cities = places.flatMap(([, region, names], index) =>
    names.map((city) => ({ city, region, country_id: index + 1 })),
  );
  const people: People = {
    country: places.map(([country], index) => ({ country_id: index + 1, country, last_update: lastUpdate })),
    city: cities.map(({ city, country_id }, index) => ({
      city_id: index + 1,
      city,
      country_id,
      last_update: lastUpdate,
    })),
    address: [],
    store: [],
    staff: [],
    customer: [],
  };
  const names = newNames(random);
  const newAddress = () => addAddress(random, people, cities);
  for (let store_id = 1; store_id <= storeCount; store_id++) {
    const manager_staff_id = (store_id - 1) * staffPerStore + 1;
    people.store.push({ store_id, manager_staff_id, address_id: newAddress(), last_update: lastUpdate });
    for (let n = 0; n < staffPerStore; n++) {
      people.staff.push(staffMember(names.next().value, manager_staff_id + n, store_id, newAddress()));
    }
  }
  for (let customer_id = 1; customer_id <= customerCount; customer_id++) {
    people.customer.push(customer(random, names.next().value, customer_id, newAddress()));
  }
  return people;
}

type Name = [first: string, last: string];

/** Names without end, none of them twice. */
function* newNames(random: SeededRandom): Generator<Name, never> {
  const given = new Set<string>();
  while (true) {
    const name: Name = [random.pick(firstNames), random.pick(lastNames)];
    if (given.has(name.join(' '))) continue;
    given.add(name.join(' '));
    yield name;
  }
}

function addAddress(random: SeededRandom, people: People, cities: { region: string }[]): number {
  const city = random.whole(1, cities.length);
  const address_id = people.address.length + 1;
  people.address.push({
    address_id,
    address: `${random.whole(1, 240)} ${random.pick(streets)} ${random.pick(streetKinds)}`,
    address2: null,
    district: cities[city - 1]?.region ?? '',
    city_id: city,
    postal_code: String(random.whole(10_000, 99_999)),
    phone: `555-01${String(random.whole(0, 99)).padStart(2, '0')}`,
    last_update: lastUpdate,
  });
  return address_id;
}

function staffMember([first_name, last_name]: Name, staff_id: number, store_id: number, address_id: number) {
  return {
    staff_id,
    first_name,
    last_name,
    address_id,
    email: `${first_name}.${last_name}@shop.example`.toLowerCase(),
    store_id,
    active: true,
    username: first_name.toLowerCase(),
    password: null,
    last_update: lastUpdate,
    picture: null,
  };
}

function customer(
  random: SeededRandom,
  [first_name, last_name]: Name,
  customer_id: number,
  address_id: number,
) {
  const active = random.chance(0.95);
  return {
    customer_id,
    store_id: random.whole(1, storeCount),
    first_name,
    last_name,
    email: `${first_name}.${last_name}@mail.example`.toLowerCase(),
    address_id,
    activebool: active,
    create_date: `2025-0${random.whole(1, 2)}-${String(random.whole(1, 28)).padStart(2, '0')}`,
    last_update: lastUpdate,
    active: active ? 1 : 0,
  };
}
