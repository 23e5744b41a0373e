/**
 * The functions that SQL of a model may call: they compute from their arguments alone, touch nothing outside
 * the statement and run no text as SQL. What makes values or rows bigger is bounded in `value-growth.ts`
 * and `check-series.ts`.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  `
  count sum avg min max array_agg string_agg bool_and bool_or every any_value bit_and bit_or bit_xor
  json_agg jsonb_agg json_object_agg jsonb_object_agg stddev stddev_pop stddev_samp variance var_pop var_samp
  corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
  regr_syy mode percentile_cont percentile_disc

  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value

  abs ceil ceiling floor round trunc sign sqrt cbrt power pow exp ln log log10 mod div gcd lcm degrees radians pi
  sin cos tan asin acos atan atan2 cot sinh cosh tanh width_bucket random scale min_scale trim_scale

  lower upper initcap length char_length character_length octet_length bit_length substring substr left right
  trim btrim ltrim rtrim replace translate concat concat_ws position strpos split_part reverse starts_with ascii
  chr md5 overlay lpad rpad repeat format to_hex normalize is_normalized like_escape similar_to_escape
  regexp_replace regexp_match regexp_matches regexp_count regexp_like regexp_substr regexp_instr
  regexp_split_to_array regexp_split_to_table string_to_array string_to_table to_number

  now age date date_part date_trunc date_bin extract to_char to_date to_timestamp make_date make_time
  make_timestamp make_timestamptz make_interval justify_days justify_hours justify_interval isfinite overlaps
  timezone statement_timestamp transaction_timestamp clock_timestamp

  array_length array_ndims array_upper array_lower cardinality array_position array_positions array_remove
  array_replace array_append array_prepend array_cat array_to_string array_to_json unnest generate_series
  generate_subscripts

  to_json to_jsonb row_to_json json_build_object json_build_array jsonb_build_object jsonb_build_array json_object
  jsonb_object json_array_length jsonb_array_length json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_each jsonb_each json_each_text jsonb_each_text
  json_object_keys jsonb_object_keys json_extract_path jsonb_extract_path json_extract_path_text
  jsonb_extract_path_text json_typeof jsonb_typeof jsonb_pretty json_strip_nulls jsonb_strip_nulls jsonb_set
  json_to_record json_to_recordset jsonb_to_record jsonb_to_recordset

  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline
  numnode querytree

  lower_inc upper_inc lower_inf upper_inf isempty range_merge daterange tsrange tstzrange int4range int8range numrange
  `
    .trim()
    .split(/\s+/),
);
