/** Functions that the OpenTelemetry Collector has, and this engine has not. */
export const FUNCTIONS_ELSEWHERE: ReadonlySet<string> = new Set(
  `CommunityID ConvertAttributesToElementsXML ConvertTextToElementsXML ExtractGrokPatterns Format GetXML
  InsertXML Murmur3Hash Murmur3Hash128 ParseCLF ParseLEEF ParseSeverity ParseSimplifiedXML ParseXML ProfileID
  RemoveXML ToKeyValueString UserAgent XXH128 XXH3 HasAttrOnDatapoint HasAttrKeyOnDatapoint
  set_semconv_span_name convert_sum_to_gauge convert_gauge_to_sum convert_summary_count_val_to_sum
  convert_summary_sum_val_to_sum convert_summary_quantile_val_to_gauge extract_sum_metric extract_count_metric
  extract_percentile_metric copy_metric scale_metric aggregate_on_attributes aggregate_on_attribute_value
  convert_exponential_histogram_to_histogram merge_histogram_buckets`.split(/\s+/),
);
