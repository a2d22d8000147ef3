# The keraunos command; src/site/markdown/install.md says how to use it.
FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
COPY . .
RUN ./mvnw -B -q -Dstyle.skip -DskipTests -Pdistribution -pl cli -am package \
 && jar --extract --file cli/target/keraunos-*-linux-*.zip \
 && mv keraunos-*/ /keraunos \
 && chmod 755 /keraunos/bin/keraunos

FROM eclipse-temurin:17-jre
COPY --from=build /keraunos /opt/keraunos
ENV PATH="/opt/keraunos/bin:${PATH}"
USER 1000:1000
WORKDIR /data
ENTRYPOINT ["keraunos"]
