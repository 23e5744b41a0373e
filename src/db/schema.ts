import type { AnswerTables } from './tables/answer-tables.ts';
import type { AssistantTables } from './tables/assistant-tables.ts';
import type { AuditTables } from './tables/audit-tables.ts';
import type { CheckpointTables } from './tables/checkpoint-tables.ts';
import type { CronTables } from './tables/cron-tables.ts';
import type { EvalTables } from './tables/eval-tables.ts';
import type { FilmsTables } from './tables/film-tables.ts';
import type { KeyTables } from './tables/key-tables.ts';
import type { KnowledgeTables } from './tables/knowledge-tables.ts';
import type { LimitTables } from './tables/limit-tables.ts';
import type { ModelKeyTables } from './tables/model-key-tables.ts';
import type { StoreTables } from './tables/store-tables.ts';
import type { BatonTables } from './tables/thread-tables.ts';
import type { TicketTables } from './tables/ticket-tables.ts';
import type { UsageTables } from './tables/usage-tables.ts';
import type { UserTables } from './tables/user-tables.ts';

/** Every table, by its qualified name. */
export interface Schema
  extends BatonTables,
    ModelKeyTables,
    AnswerTables,
    AssistantTables,
    CronTables,
    EvalTables,
    FilmsTables,
    CheckpointTables,
    StoreTables,
    UserTables,
    AuditTables,
    KeyTables,
    KnowledgeTables,
    LimitTables,
    TicketTables,
    UsageTables {}
