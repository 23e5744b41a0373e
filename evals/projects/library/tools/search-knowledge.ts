export { searchKnowledgeTool } from '../../../../tools/search-knowledge.ts';
