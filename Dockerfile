FROM node:20-slim AS build
WORKDIR /baton
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY lib lib
RUN node_modules/.bin/tsc -p tsconfig.build.json && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /baton
COPY --from=build /baton/package.json ./
COPY --from=build /baton/node_modules node_modules
COPY --from=build /baton/dist dist
COPY config config
COPY docs/schema docs/schema
# What survives a restart: a volume there survives the container too.
RUN mkdir data && chown node:node data
USER node
EXPOSE 5060/udp 5060/tcp 8080/tcp
# Node is process 1 and hears SIGTERM itself: `docker stop` ends calls cleanly.
ENTRYPOINT ["node", "--enable-source-maps", "dist/cli/baton.js"]
CMD ["serve"]
