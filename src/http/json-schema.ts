import { z } from 'zod';
import type { JsonObject } from '../message.ts';

/** Any JSON object. Its values are not looked at: what `readBody` reads is JSON. */
export const jsonObjectSchema = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
