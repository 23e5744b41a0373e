import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../evals/projects/tau/tables/arithmetic.ts';
import { haveTauData, readCollections } from '../../evals/sources/tau/tau-data.ts';
import { copyWorld, diffWorlds } from '../../evals/sources/tau/worlds.ts';
import type { JsonObject } from '../../src/message.ts';
import { callTool, type Result } from './apply-directly.ts';
import { openStage, type Stage } from './open-stage.ts';

test('the calculator knows precedence and signs, and gives no value to anything else', () => {
  expect(evaluate('3131.1 + 4777.75 + 367.38')).toBeCloseTo(8276.23, 8);
  expect(evaluate('-(2 + 3) * 4 / 8')).toBe(-2.5);
  for (const expression of ['', '1 +', '(1', '1 / 0', 'process.exit()', '2 ** 3', '1 2'])
    expect(evaluate(expression), expression).toBeUndefined();
});

describe.skipIf(!haveTauData())('the tools of the retail domain', () => {
  test('give back what the database file says, from the tables', async () => {
    const { call } = await openShop();
    const { orders = {}, users = {}, products = {} } = readCollections('retail');
    for (const [order_id, order] of everyTenth(orders))
      expect(JSON.parse((await call('get_order_details', { order_id })).content)).toEqual(order);
    for (const [user_id, user] of everyTenth(users))
      expect(JSON.parse((await call('get_user_details', { user_id })).content)).toEqual(user);
    for (const [product_id, product] of Object.entries(products))
      expect(JSON.parse((await call('get_product_details', { product_id })).content)).toEqual(product);
  });

  test('a cancelled order gives the money back, to a gift card at once, and cannot be cancelled again', async () => {
    const { call, stage, world } = await openShop();
    const cancel = { order_id: '#W8955613', reason: 'no longer needed' };
    const { content } = await call('cancel_pending_order', cancel);
    expect(JSON.parse(content)).toMatchObject({
      status: 'cancelled',
      cancel_reason: 'no longer needed',
      payment_history: [
        { transaction_type: 'payment', amount: 585.97, payment_method_id: 'gift_card_6682391' },
        { transaction_type: 'refund', amount: 585.97, payment_method_id: 'gift_card_6682391' },
      ],
    });
    const user = await call('get_user_details', { user_id: 'olivia_lopez_9494' });
    expect(JSON.parse(user.content)).toMatchObject({
      payment_methods: { gift_card_6682391: { balance: 620.97 } },
    });

    const once = randomUUID();
    await copyWorld(stage.db, world, once);
    expect(await call('cancel_pending_order', cancel)).toMatchObject({ status: 'error' });
    expect(await diffWorlds(stage.db, once, world)).toEqual([]);
  });

  test('modified items have the price and the options of their own replacements', async () => {
    const { call } = await openShop();
    const order = await call('modify_pending_order_items', {
      order_id: '#W9911714',
      item_ids: ['2366567022', '1340995114', '9791469541', '1763705424'],
      new_item_ids: ['4579334072', '1151293680', '4107812777', '2882812427'],
      payment_method_id: 'gift_card_4332117',
    });
    expect(JSON.parse(order.content)).toMatchObject({
      status: 'pending (item modified)',
      items: [
        { item_id: '4579334072', price: 54.85, options: { capacity: '750ml' } },
        { item_id: '1151293680', price: 272.33, options: { backlight: 'RGB' } },
        { item_id: '4107812777', price: 155.33, options: { color: 'black' } },
        { item_id: '2882812427', price: 261.11, options: { brand: 'Brand A' } },
      ],
      payment_history: [{ amount: 671.66 }, { transaction_type: 'payment', amount: 71.96 }],
    });
    const user = await call('get_user_details', { user_id: 'ethan_garcia_1261' });
    expect(JSON.parse(user.content)).toMatchObject({
      payment_methods: { gift_card_4332117: { balance: 14.04 } },
    });
  });

  test('what the policy forbids is refused with why, and nothing changes', async () => {
    const { call, stage, world } = await openShop();
    for (const { tool, args, why } of forbidden) {
      expect(await call(tool, args)).toMatchObject({ status: 'error', content: expect.stringMatching(why) });
      expect(await diffWorlds(stage.db, stage.domains.retail.base, world)).toEqual([]);
    }
  });
});

const bottle = { order_id: '#W9911714', item_ids: ['2366567022'] };
const forbidden: { tool: string; args: JsonObject; why: RegExp }[] = [
  { tool: 'cancel_pending_order', args: { order_id: '#W8955613', reason: 'bored' }, why: /reason must be/ },
  {
    tool: 'cancel_pending_order',
    args: { order_id: '#W4316152', reason: 'no longer needed' },
    why: /Only a pending/,
  },
  {
    tool: 'modify_pending_order_items',
    args: {
      order_id: '#W6779827',
      item_ids: ['7896397433'],
      new_item_ids: ['2444431651'],
      payment_method_id: 'gift_card_7219486',
    },
    why: /has 49, and 77.03 are to be paid/,
  },
  {
    tool: 'modify_pending_order_items',
    args: { ...bottle, new_item_ids: ['1151293680'], payment_method_id: 'gift_card_4332117' },
    why: /not an item of the same product/,
  },
  {
    tool: 'modify_pending_order_items',
    args: { ...bottle, new_item_ids: ['2366567022'], payment_method_id: 'gift_card_4332117' },
    why: /must differ/,
  },
  {
    tool: 'return_delivered_order_items',
    args: {
      order_id: '#W4316152',
      item_ids: ['7292993796', '7292993796', '7292993796'],
      payment_method_id: 'gift_card_7245904',
    },
    why: /no item 7292993796, or fewer/,
  },
  {
    tool: 'modify_pending_order_payment',
    args: { order_id: '#W8955613', payment_method_id: 'gift_card_7219486' },
    why: /no payment method/,
  },
];

/** A copy of the retail database, with a way to call its tools. */
async function openShop(): Promise<{
  stage: Stage;
  world: string;
  call(name: string, args: JsonObject): Promise<Result>;
}> {
  const stage = await openStage();
  const world = randomUUID();
  await copyWorld(stage.db, stage.domains.retail.base, world);
  return { stage, world, call: (name, args) => callTool(stage, 'retail', world, { name, arguments: args }) };
}

function everyTenth(collection: Record<string, JsonObject>): [string, JsonObject][] {
  return Object.entries(collection).filter((_, at) => at % 10 === 0);
}
