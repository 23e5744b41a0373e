import { z } from 'zod';
import { roles } from '../tenancy.ts';
import { longestPassword } from './check-password.ts';
import { isImportable } from './hash-password.ts';

/** ASCII alone, so that its case is the same everywhere; domains in other scripts have such a form. */
export const emailSchema = z
  .string()
  .max(254)
  .trim()
  .toLowerCase()
  .pipe(z.email('expected an email address'));

/** One line without control characters: it is shown, and stands in the head of mails. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line');

export const roleSchema = z.enum(roles);

/** The graphs that a user may use; null for all. */
export const graphsSchema = z.array(z.string().min(1).max(200)).max(200).nullable();

/** A password as somebody types it; whether it will do as a new one says `checkPassword`. */
export const passwordSchema = z
  .string()
  .min(1)
  .max(longestPassword * 2);

export const passwordHashSchema = z
  .string()
  .max(300)
  .refine(isImportable, 'expected a hash by bcrypt ($2a$, $2b$, $2y$, a cost of 12 at most) or argon2id');
