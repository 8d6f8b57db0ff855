import type { PlanTcpRoute, TcpTarget } from '../../../src/model/plan-tcp.ts';

/** A route for TCP of a test, with what most of them do not care about left out. */
export type TestTcpRoute = Partial<Omit<PlanTcpRoute, 'action'>> & {
  readonly targets?: readonly Partial<TcpTarget>[];
  readonly fails?: boolean;
};

/** Without more, all of the entry point `web` in clear text goes to service `s`. */
export function planTcpRoute({ targets, fails, ...route }: TestTcpRoute, index: number): PlanTcpRoute {
  const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRouteTCP', namespace: 'default' };
  return {
    id: `IngressRouteTCP/default/test/${index}`,
    object: { ...object, name: 'test' },
    path: `spec.routes[${index}]`,
    match: '',
    rule: { kind: 'hostSni', host: '*' },
    priority: 1,
    createdAt: '',
    entryPoints: ['web'],
    tls: null,
    middlewares: [],
    action: fails
      ? { kind: 'fail', reason: 'ServiceNotFound' }
      : {
          kind: 'forward',
          targets: (targets ?? [{}]).map((target) => ({ service: 's', weight: 1, tls: false, ...target })),
        },
    ...route,
  };
}
