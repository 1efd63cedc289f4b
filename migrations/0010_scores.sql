-- What explains a score is kept short, so that a row stays in its page: reasons in words only, parts of fit and of buying
-- groups without names; contributions are computed when asked for.
ALTER TABLE account_score NO FORCE ROW LEVEL SECURITY;
UPDATE account_score SET detail = jsonb_build_object(
  'reasons', jsonb_path_query_array(detail, '$.reasons[*].text'),
  'fit', (SELECT coalesce(jsonb_agg(jsonb_build_array(part->'attribute', part->'value', part->'weight', part->'points', part->'reason')
      ORDER BY place), '[]')
    FROM jsonb_array_elements(detail->'fitParts') WITH ORDINALITY AS parts (part, place)));
ALTER TABLE account_score FORCE ROW LEVEL SECURITY;

ALTER TABLE buying_group NO FORCE ROW LEVEL SECURITY;
UPDATE buying_group SET parts = (
  SELECT coalesce(jsonb_agg(jsonb_build_array(part->'role', part->'weight', part->'required', part->'needed', part->'assigned',
    part->'active', part->'points', part->'completeness', part->'coverage', part->'engagement') ORDER BY place), '[]')
  FROM jsonb_array_elements(parts) WITH ORDINALITY AS list (part, place));
ALTER TABLE buying_group FORCE ROW LEVEL SECURITY;
