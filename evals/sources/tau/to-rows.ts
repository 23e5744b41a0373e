import { z } from 'zod';
import type { JsonObject } from '../../../src/message.ts';
import type { Domain } from './tau-data.ts';

/** Rows by table; a row's keys are columns. */
export type Rows = Record<string, object[]>;
type Collections = Record<string, Record<string, JsonObject>>;

/** A domain's database as rows of the tables. */
export function toRows(domain: Domain, collections: Collections): Rows {
  return domain === 'retail'
    ? retailRows(retailSchema.parse(collections))
    : mockRows(mockSchema.parse(collections));
}

const options = z.record(z.string(), z.json());
const address = z.record(z.string(), z.string());
const user = z.object({
  user_id: z.string(),
  name: z.object({ first_name: z.string(), last_name: z.string() }),
  address,
  email: z.string(),
  payment_methods: z.record(z.string(), z.looseObject({ id: z.string() })),
  orders: z.array(z.string()),
});
const order = z.object({
  order_id: z.string(),
  user_id: z.string(),
  address,
  items: z.array(z.looseObject({ options })),
  status: z.string(),
  fulfillments: z.array(z.json()),
  payment_history: z.array(z.looseObject({})),
});
const product = z.object({
  product_id: z.string(),
  name: z.string(),
  variants: z.record(z.string(), z.looseObject({ item_id: z.string() })),
});
const retailSchema = z.object({
  products: z.record(z.string(), product),
  users: z.record(z.string(), user),
  orders: z.record(z.string(), order),
});

function retailRows(collections: z.infer<typeof retailSchema>): Rows {
  const users = Object.values(collections.users);
  const orders = Object.values(collections.orders);
  const products = Object.values(collections.products);
  const place = new Map(users.flatMap((one) => one.orders.map((orderId, position) => [orderId, position])));
  return {
    product: products.map(({ product_id, name }, position) => ({ product_id, name, position })),
    item: products.flatMap(({ product_id, variants }) =>
      Object.values(variants).map((item, position) => ({ product_id, position, ...item })),
    ),
    customer: users.map(({ user_id, name, address: at, email }) => ({ user_id, ...name, ...at, email })),
    payment_method: users.flatMap(({ user_id, payment_methods }) =>
      Object.values(payment_methods).map(({ id, ...method }, position) => ({
        user_id,
        position,
        payment_method_id: id,
        ...method,
      })),
    ),
    customer_order: orders.map(({ order_id, user_id, address: at, status, fulfillments }) => ({
      order_id,
      user_id,
      position: place.get(order_id),
      ...at,
      status,
      fulfillments,
    })),
    order_item: orders.flatMap(({ order_id, items }) =>
      items.map((item, position) => ({ order_id, position, ...item })),
    ),
    payment: orders.flatMap(({ order_id, payment_history }) =>
      payment_history.map((payment, position) => ({ order_id, position, ...payment })),
    ),
  };
}

const mockSchema = z.object({
  tasks: z.record(z.string(), z.looseObject({ task_id: z.string() })),
  users: z.record(
    z.string(),
    z.object({ user_id: z.string(), name: z.string(), tasks: z.array(z.string()) }),
  ),
});

function mockRows({ tasks, users }: z.infer<typeof mockSchema>): Rows {
  return {
    task: Object.values(tasks),
    member: Object.values(users).map(({ user_id, name }) => ({ user_id, name })),
    member_task: Object.values(users).flatMap((one) =>
      one.tasks.map((task_id, position) => ({ user_id: one.user_id, position, task_id })),
    ),
  };
}
