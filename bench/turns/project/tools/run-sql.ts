export { runSqlTool } from '../../../../tools/run-sql.ts';
