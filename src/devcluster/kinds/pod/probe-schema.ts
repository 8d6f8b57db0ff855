import {
  int,
  intOrText,
  type KindSchema,
  knownText,
  list,
  long,
  positive,
  preset,
  record,
  text,
} from '../schema-dsl.ts';

function httpGet(): KindSchema {
  return record(
    'A GET request over HTTP.',
    {
      host: text('The host to connect to; the address of the Pod if absent.'),
      httpHeaders: list(
        'Headers of the request.',
        record('One header.', { name: knownText('Its name.'), value: knownText('Its value.') }, [
          'name',
          'value',
        ]),
      ),
      path: preset(text('The path.'), '/'),
      port: intOrText('The port, by number or by name.'),
      scheme: preset(text('HTTP or HTTPS.'), 'HTTP'),
    },
    ['port'],
  );
}

function tcpSocket(): KindSchema {
  return record(
    'A TCP connection.',
    {
      host: text('The host to connect to; the address of the Pod if absent.'),
      port: intOrText('The port, by number or by name.'),
    },
    ['port'],
  );
}

const exec = (): KindSchema =>
  record('A command inside the container.', {
    command: list('The command and its arguments.', text('A word.')),
  });

/** How the state of a container is asked for (core/v1 Probe). */
export function probe(description: string): KindSchema {
  return record(description, {
    exec: exec(),
    failureThreshold: preset(int('Failures in a row that count as a failure.'), 3),
    grpc: record(
      'A gRPC health check.',
      { port: int('The port.'), service: preset(text('The name of the service that is asked about.'), '') },
      ['port', 'service'],
    ),
    httpGet: httpGet(),
    initialDelaySeconds: positive('How long to wait after the start of the container.'),
    periodSeconds: preset(int('How often to ask.'), 10),
    successThreshold: preset(int('Successes in a row that count as a success.'), 1),
    tcpSocket: tcpSocket(),
    terminationGracePeriodSeconds: long('How long the Pod may take to end after a failure.'),
    timeoutSeconds: preset(int('How long to wait for the answer.'), 1),
  });
}

/** What is done at the start and at the end of a container (core/v1 Lifecycle). */
export function lifecycle(): KindSchema {
  const handler = (description: string) =>
    record(description, {
      exec: exec(),
      httpGet: httpGet(),
      sleep: record('A pause.', { seconds: long('How long.') }, ['seconds']),
      tcpSocket: tcpSocket(),
    });
  return record('What is done at the start and at the end of the container.', {
    postStart: handler('Done right after the start.'),
    preStop: handler('Done before the end.'),
    stopSignal: text('The signal that ends the container.'),
  });
}
