/**
 * A text without what looks like a credential: keys of model providers and our own, bearer and basic credentials, cookies, JWTs, and
 * users and passwords in URLs. Of our own keys the id stays. JSON stays JSON.
 */
export function redact(text: string): string {
  return patterns.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}

const patterns: [RegExp, string][] = [
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'\\<>]{1,300}@/gi, '$1[redacted]@'],
  [/\b(authorization["'\\:=\s]{1,8}(?:basic|bearer)?\s{0,4})[\w.~+/-]{8,4000}=*/gi, '$1[redacted]'],
  [/\b(bearer)\s{1,4}[\w.~+/-]{16,4000}=*/gi, '$1 [redacted]'],
  [/\b(set-cookie|cookie)(\s*[:=]\s*)[^"'\\\r\n]{1,8000}/gi, '$1$2[redacted]'],
  [/\beyJ[\w-]{10,4000}\.[\w-]{2,8000}\.[\w-]{0,2000}/g, '[redacted]'],
  [/\b(baton_[0-9a-f]{16}_)[\w-]{20,200}/g, '$1[redacted]'],
  [/\b([a-z0-9-]{1,63}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.)[\w-]{43}\b/g, '$1[redacted]'],
  [/\b(sk|rk|pk)-[\w-]{8,400}/g, '$1-[redacted]'],
  [/\b(xai-|gsk_|hf_|AIza|whsec_)[\w+/-]{16,400}=*/g, '$1[redacted]'],
];
