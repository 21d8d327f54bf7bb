# The image: `docker build -t provisioner .` Two stages; what runs has Python, git, ssh and our own environment, and no pip of ours, no
# compiler, no cache and no secret. It runs as nobody in particular on a root file system that may be read-only; writable are the state
# (/var/lib/provisioner) and /tmp. deploy/README.md tells how it is used.

# By version here; to pin the very bytes, hand in the digest too: --build-arg PYTHON_DIGEST=@sha256:…
ARG PYTHON_VERSION=3.13.9
ARG PYTHON_DIGEST=

FROM python:${PYTHON_VERSION}-slim-trixie${PYTHON_DIGEST} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# What is locked first: it changes seldom, so these layers are kept when only our code changed.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv tools \
 && tools/bin/pip install --no-compile --require-hashes -r requirements/build.txt \
 && python -m venv --without-pip /opt/provisioner \
 && tools/bin/pip --python /opt/provisioner/bin/python install --no-compile --only-binary=:all: --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY dashboards dashboards
COPY provisioner provisioner
# Bytecode by hash, unchecked: the same bytes in every build, and nothing to write at run time.
RUN tools/bin/pip wheel --no-build-isolation --no-deps --wheel-dir dist . \
 && tools/bin/pip --python /opt/provisioner/bin/python install --no-compile --no-index --no-deps dist/*.whl \
 && /opt/provisioner/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/provisioner/lib


FROM python:${PYTHON_VERSION}-slim-trixie${PYTHON_DIGEST}
# git and ssh fetch, tini reaps what they leave (it is process 1; a git that was ended may leave children behind), libnss-extrausers gives a
# user without a name one: see deploy/image/provisioner-entrypoint. Nothing in here needs to become root, so no file is setuid.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git libnss-extrausers openssh-client tini \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old \
 && sed -i 's/^passwd:.*/passwd: files extrausers/' /etc/nsswitch.conf \
 && rm -rf /var/lib/extrausers && ln -s /tmp/extrausers /var/lib/extrausers \
 && echo 'provisioner:x:65532:' >> /etc/group \
 && echo 'provisioner:x:65532:65532:provisioner:/var/lib/provisioner:/usr/sbin/nologin' >> /etc/passwd \
 && install -d -o 65532 -g 0 -m 0770 /var/lib/provisioner \
 && install -d /etc/provisioner
COPY --chmod=0555 deploy/image/provisioner-entrypoint deploy/image/provisioner-healthy /usr/local/bin/
COPY --from=build /opt/provisioner /opt/provisioner

# XDG_STATE_HOME is for commands without a configuration: their state is in the volume too. MALLOC_ARENA_MAX: glibc gives each thread a heap
# of its own, and keeps what each has ever needed; with two for all of them the daemon's memory stops growing sooner and lower.
ENV PATH=/opt/provisioner/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/var/lib/provisioner \
    XDG_STATE_HOME=/var/lib \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    PROVISIONER_HEALTH_URL=http://127.0.0.1:9464/healthz

# Last, so that a new version or commit does not make the layers above anew.
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=
ARG SOURCE=
LABEL org.opencontainers.image.title="provisioner" \
      org.opencontainers.image.description="Keeps Grafana servers equal to dashboards kept in git, and never loses anybody's edit." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"

USER 65532:65532
WORKDIR /var/lib/provisioner
VOLUME ["/var/lib/provisioner"]
EXPOSE 9464
STOPSIGNAL SIGTERM
# No curl, and not the whole program imported every half minute: a few lines of Python. Unset the url where the web server is off.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["provisioner-healthy"]
ENTRYPOINT ["tini", "--", "provisioner-entrypoint"]
CMD ["run", "-c", "/etc/provisioner/config.yaml"]
