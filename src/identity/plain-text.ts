import { z } from 'zod';

/** What stands in rows and in the log: without characters that cannot, or that would look like something else there. */
export const plainText = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u);
