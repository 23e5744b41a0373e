import { secureHeaders } from 'hono/secure-headers';
import type { Config } from '../../config.ts';
import { isSecure } from './session-cookie.ts';

/** Headers that take from browsers what our answers have no need of. What a handler says of its own policy stays. */
export function securityHeaders({ http }: Pick<Config, 'http'>) {
  return secureHeaders({
    overwrite: false,
    strictTransportSecurity: isSecure({ http }) && 'max-age=31536000; includeSubDomains',
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    permissionsPolicy: {
      camera: [],
      microphone: [],
      geolocation: [],
      payment: [],
      usb: [],
      serial: [],
      displayCapture: [],
    },
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  });
}
