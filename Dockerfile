# syntax=docker/dockerfile:1
FROM node:26-slim AS build
WORKDIR /fairlead
COPY package.json package-lock.json .npmrc ./
COPY tools/pinned-node/package.json tools/pinned-node/
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY tools tools
COPY src src
# For example --build-arg COMMIT=$(git rev-parse HEAD); "fairlead version" shows it.
ARG COMMIT=unknown
RUN npm run build -- --commit=$COMMIT

FROM node:26-slim AS dependencies
WORKDIR /fairlead
COPY package.json package-lock.json .npmrc ./
COPY tools/pinned-node/package.json tools/pinned-node/
# The pinned Node.js of a checkout is an optional package; the image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26-slim
LABEL org.opencontainers.image.title="Fairlead" \
      org.opencontainers.image.description="A Kubernetes ingress controller with its own proxy data plane" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /fairlead
COPY --from=dependencies /fairlead/node_modules node_modules
COPY --from=build /fairlead/dist dist
COPY bin bin
COPY package.json ./
# By number, so that the cluster can see that it is not root. It is the user "node" of the base image.
USER 1000:1000
EXPOSE 8080 8443 9000
# Node.js is the first process itself: it gets SIGTERM, and it starts no children that someone would have to wait for.
ENTRYPOINT ["node", "bin/fairlead.js"]
CMD ["run"]
