import type { ColumnType, Generated } from 'kysely';
import type { Role } from '../../tenancy.ts';
import type { Time } from './column-types.ts';

export interface UserTables {
  'baton.user': UserTable;
  'baton.session': SessionTable;
  'baton.refresh_token': RefreshTokenTable;
  'baton.mail_token': MailTokenTable;
  'baton.attempt': AttemptTable;
}

export interface UserTable {
  tenant_id: Generated<string>;
  user_id: string;
  /** In lower case. */
  email: string;
  name: string;
  role: Role;
  /** The graphs that it may use; null: all. */
  graphs: string[] | null;
  status: 'invited' | 'active' | 'disabled';
  /** By argon2id, or by bcrypt where it came from elsewhere. */
  password_hash: string | null;
  last_login_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Time;
  updated_at: Time;
}

export interface SessionTable {
  tenant_id: Generated<string>;
  session_id: string;
  user_id: string;
  /** Of its cookie; null: it goes on by refresh tokens. */
  secret_hash: string | null;
  /** Where it began. */
  address: string | null;
  agent: string | null;
  used_at: Time;
  /** Moves along when it is used, up to `ends_at`. */
  expires_at: ColumnType<Date, Date, Date>;
  ends_at: ColumnType<Date, Date, never>;
  created_at: Time;
}

/** The tokens that a session went on by, the newest of them not used yet. */
export interface RefreshTokenTable {
  tenant_id: Generated<string>;
  token_hash: string;
  session_id: string;
  used_at: ColumnType<Date | null, never, Date>;
  created_at: Time;
}

/** What was sent by mail; goes when it is used. */
export interface MailTokenTable {
  tenant_id: Generated<string>;
  token_hash: string;
  user_id: string;
  purpose: 'reset' | 'invitation';
  expires_at: ColumnType<Date, Date, never>;
  created_at: Time;
}

/** Log-ins and the like that were tried; for the service alone. */
export interface AttemptTable {
  key: string;
  count: number;
  /** No attempt before. */
  allowed_at: ColumnType<Date, Date, Date>;
  forget_at: ColumnType<Date, Date, Date>;
}
