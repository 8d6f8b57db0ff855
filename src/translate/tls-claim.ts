import type { ObjectReference } from '../model/object-reference.ts';
import type { MaterialId, TlsOptionsId } from '../model/plan-tls.ts';

/** What an object wants of handshakes that name a host. */
export interface TlsClaim {
  /** As in `PlanTlsHost`. */
  readonly host: string;
  readonly object: ObjectReference;
  /** JSON path of the field that says so. */
  readonly path: string;
  /** `metadata.creationTimestamp` of the object; the older one wins. */
  readonly createdAt: string;
  /** Null where the object names no settings. */
  readonly options: TlsOptionsId | null;
  /** The settings that hold for the object where nobody names any for the host. Absent means `default`. */
  readonly usualOptions?: TlsOptionsId;
  /** Null where the object names no certificate, `refused` where it names one that cannot be used. */
  readonly certificate: MaterialId | null | 'refused';
  /** The certificate that holds for the object where nobody names or offers any for the host. */
  readonly usualCertificate?: MaterialId | 'refused';
}

/** A certificate for hosts that nobody names one for. */
export interface TlsOffer {
  /** A name of the certificate, as in `PlanTlsHost`. */
  readonly host: string;
  readonly object: ObjectReference;
  readonly createdAt: string;
  readonly certificate: MaterialId;
  /** Whom it is for: objects of the offering one's namespace, or all. */
  readonly reach: 'namespace' | 'everywhere';
  /** Whether it is also for handshakes to hosts that no object names. */
  readonly isOpen: boolean;
}
