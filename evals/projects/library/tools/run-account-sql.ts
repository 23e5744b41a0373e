export { runAccountSqlTool } from '../../../../tools/run-account-sql.ts';
