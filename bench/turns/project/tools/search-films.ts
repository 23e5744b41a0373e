export { searchFilmsTool } from '../../../../tools/search-films.ts';
