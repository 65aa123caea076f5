# The tasks of a developer, one target each. Every target runs in .venv and creates it if it is missing.

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
NEW_VENV := .tmp/venv
PYAIRBYTE := .tmp/pyairbyte
DBT := .tmp/dbt
DAGSTER := .tmp/dagster
POETRY := .tmp/poetry-2.5.1
AIRBYTE_OPS := .tmp/airbyte-internal-ops-0.132.0
ZENSICAL := .tmp/zensical-0.0.73
SITE := .tmp/site
MERMAID_VERSION := 12.3.0
MERMAID_SHA256 := be0684e8d20bfc874df12c0f04927a5c482f57f2200eec54cca52a4583fd4040
MERMAID := .tmp/mermaid-$(MERMAID_VERSION)/mermaid.min.js
AIRBYTE_CHECKS_NEED := gitpython jinja2 markdown-it-py pydantic pydash pygithub pyyaml requests rich ruamel.yaml semver simpleeval toml
IMAGE := .tmp/image
RELEASE := .tmp/release
SBOM := .tmp/sbom
PIP_COMPILE := .tmp/lock/bin/pip-compile --quiet --upgrade --allow-unsafe --generate-hashes --strip-extras --no-header \
	--no-config --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
# The model of metadata.yaml needs pydantic alone. Its package also asks for clients that no test uses, and for a Python
# below 3.13.
REGISTRY_MODEL := --no-deps --ignore-requires-python 'airbyte-connector-models>=0.1.12,<0.2'
CONFIG := secrets/config.json
OUTPUT := output
# The value of a variable as one word of the shell, as it was given: make would expand a `$` in it.
quoted = '$(subst ','\'',$(value $(1)))'
# Before a command of a recipe: prints a line every six seconds until the shell of the recipe ends, even if it is killed.
TICKING = { s=0; while sleep 6 >/dev/null 2>&1 && kill -0 $$$$ 2>/dev/null; do echo "  ... $$((s += 6)) s"; done; } & \
	trap "kill $$! 2>/dev/null" EXIT;
# Each weekday, the first and the last day of a month, the 31st before a short month, 29 February (of 2028, since product
# reports begin in March 2024) and 1 January.
TWELVE_DAYS := 2026-11-23 2026-11-24 2026-11-25 2026-11-26 2026-11-27 2026-11-28 2026-11-29 \
	2026-12-01 2026-11-30 2027-01-31 2028-02-29 2027-01-01
# One of them, which the hash of the commit chooses: a commit is always red on it, or always green.
DAY_OF_COMMIT = $(word $(shell echo $$((0x$$(git rev-parse HEAD | cut -c 1-7) % 12 + 1))),$(TWELVE_DAYS))
DAYS = $(TWELVE_DAYS)
DATED_TESTS := unit_tests $(addprefix integration_tests/,sync_tests state_tests fault_tests cost_tests command_tests \
	simulator_tests tool_tests/test_demos.py)
SUITABLE := import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
BELOW_3_13 := import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
# Fails if a variable was given on the command line of make that the target does not have: make itself would ignore it.
takes_only = unknown='$(firstword $(filter-out $(1) PYTHON PY VENV,$(foreach name,$(.VARIABLES), \
	$(if $(filter command,$(origin $(name))),$(name)))))'; \
	if [ -n "$$unknown" ]; then echo "make $@ takes the variables $(1), not $$unknown." >&2; exit 1; fi
WITH_LOCK = $(filter-out no,$(or $(LOCK),yes))
PYTHON_BELOW_3_13 = $(shell for candidate in $(PY) python3.12 python3.11; do \
	"$$candidate" -c '$(BELOW_3_13)' 2>/dev/null && echo "$$candidate" && break; done)

# If the Python of the environment is gone or the environment is incomplete, it is created again.
ifeq ($(shell $(PY) -c 'print("works")' 2>/dev/null),)
.PHONY: $(INSTALLED)
endif

.DEFAULT_GOAL := help
.PHONY: help install read page query demo demo-duckdb demo-dbt demo-dagster image airbyte-export airbyte-qa release release-wheel release-attached test dates test-lock check fix docs site lock notices clean compare courses faults mutants audit soak bench live

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Create .venv with the connector and its development tools

$(INSTALLED): pyproject.toml
	@for candidate in $(if $(PYTHON),$(call quoted,PYTHON),python3.13 python3.12 python3.11 python3); do \
		if "$$candidate" -c '$(SUITABLE)' 2>/dev/null; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "source-pinterest needs Python 3.11, 3.12 or 3.13 with venv:" \
			"'sudo apt install python3-venv' on Debian, 'brew install python@3.13' on macOS," \
			"or set the path: 'make PYTHON=/path/to/python'." >&2; \
		exit 1; \
	fi; \
	echo "Creating $(VENV) with $$found: a minute or two, 0.7 GB ..."; \
	$(TICKING) \
	rm -rf $(NEW_VENV) && "$$found" -m venv $(NEW_VENV) || exit 1; \
	pip="$(NEW_VENV)/bin/python -m pip install --quiet --disable-pip-version-check"; \
	{ $$pip --editable '.[tests,checks,page]' && $$pip $(REGISTRY_MODEL); } >$(NEW_VENV)/install.log 2>&1 || { \
		echo "source-pinterest can't be installed: check your network and the free space of your disk, and see" \
			"$(NEW_VENV)/install.log for what pip says." >&2; \
		exit 1; \
	}; \
	touch $(NEW_VENV)/$(@F) && \
	"$$found" .ci/move_environment.py $(NEW_VENV) $(VENV)

read: $(INSTALLED) ## Read your account: make read STREAMS="campaigns ads"; then make read resumes
	@$(call takes_only,STREAMS CONFIG OUTPUT)
	@$(PY) -m source_pinterest.read $(call quoted,STREAMS) --config $(call quoted,CONFIG) --output $(call quoted,OUTPUT)

page: $(INSTALLED) ## Write the page about what make read has read, output/page.html; with LAST=7, about as many days
	@$(call takes_only,LAST OUTPUT)
	@$(PY) -m source_pinterest.page --output $(call quoted,OUTPUT) $(if $(LAST),--last $(call quoted,LAST))

query: $(INSTALLED) ## Answer SQL about what make read has read, or OUTPUT=<file of DuckDB>
	@$(PY) -P -m source_pinterest.query --output $(call quoted,OUTPUT)

demo: $(INSTALLED) ## Read a local Pinterest twice and show what arrived (one minute, 0.8 GB)
	@$(TICKING) $(PY) -m tools.demo

demo-duckdb: $(INSTALLED) $(PYAIRBYTE)/.installed ## Read a local Pinterest into DuckDB and print its campaigns and most clicked ads
	@$(TICKING) if [ -x $(PYAIRBYTE)/bin/python ]; then with="--pyairbyte $(PYAIRBYTE)/bin/python"; fi; \
	$(PY) -m tools.demo duckdb $$with

# PyAirbyte pins its dependencies and needs Python below 3.13. Without one, the demo loads the records itself.
$(PYAIRBYTE)/.installed: pyproject.toml | $(INSTALLED)
	@rm -rf $(PYAIRBYTE) && mkdir -p $(PYAIRBYTE)
	@if [ -n "$(PYTHON_BELOW_3_13)" ]; then \
		echo "Creating $(PYAIRBYTE) with $(PYTHON_BELOW_3_13): two or three minutes, 0.8 GB ..."; \
		$(TICKING) \
		$(PYTHON_BELOW_3_13) -m venv $(PYAIRBYTE) || exit 1; \
		$(PYAIRBYTE)/bin/python -m pip install --quiet --disable-pip-version-check \
			--editable '.[pyairbyte]' >$(PYAIRBYTE)/install.log 2>&1 || { \
			echo "PyAirbyte can't be installed: check your network and your disk's free space, and see $(PYAIRBYTE)/install.log for what pip says." >&2; \
			exit 1; \
		}; \
	fi
	@touch $@

demo-dbt: $(INSTALLED) $(DBT)/.installed ## Read a local Pinterest into DuckDB and make reports of it with dbt
	@$(TICKING) $(PY) -m tools.demo dbt --dbt $(DBT)/bin/dbt

$(DBT)/.installed: examples/dbt/requirements.txt | $(INSTALLED)
	@$(DBT)/bin/python -c '' 2>/dev/null || $(PY) -m venv --clear $(DBT)
	@echo "Installing dbt into $(DBT): one minute, 0.2 GB ..."
	@$(TICKING) $(DBT)/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 \
		--requirement examples/dbt/requirements.txt >$(DBT)/install.log 2>&1 || { \
		echo "dbt can't be installed: check your network and your disk's free space, and see $(DBT)/install.log for what pip says." >&2; \
		exit 1; \
	}
	@touch $@

demo-dagster: $(INSTALLED) $(DAGSTER)/.installed ## Read three shards of a local Pinterest at once with Dagster
	@$(TICKING) $(PY) -m tools.demo dagster --python $(DAGSTER)/bin/python

$(DAGSTER)/.installed: examples/dagster/requirements.txt examples/kubernetes/requirements.txt | $(INSTALLED)
	@$(DAGSTER)/bin/python -c '' 2>/dev/null || $(PY) -m venv --clear $(DAGSTER)
	@echo "Installing Dagster into $(DAGSTER): one minute, 0.3 GB ..."
	@$(TICKING) $(DAGSTER)/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 \
		$(patsubst %,--requirement %,$^) >$(DAGSTER)/install.log 2>&1 || { \
		echo "Dagster can't be installed: check your network and your disk's free space, and see $(DAGSTER)/install.log for what pip says." >&2; \
		exit 1; \
	}
	@touch $@

image: ## Build the image with docker or podman
	@for engine in docker podman; do \
		if "$$engine" info >/dev/null 2>&1; then found="$$engine"; break; fi; \
	done; \
	if [ -z "$$found" ] && command -v podman >/dev/null && [ "$$(uname)" = Darwin ]; then \
		echo "podman does not answer. Start it with: podman machine start" >&2; exit 1; \
	elif [ -z "$$found" ] && command -v podman >/dev/null; then \
		echo "podman does not work here. To see why: podman info" >&2; exit 1; \
	elif [ -z "$$found" ] && command -v docker >/dev/null && [ "$$(uname)" = Darwin ]; then \
		echo "Docker is not running. Start it with: open -a Docker" >&2; exit 1; \
	elif [ -z "$$found" ] && command -v docker >/dev/null; then \
		echo "Docker is not running, or you may not use it. Start it with: sudo systemctl start docker" >&2; exit 1; \
	elif [ -z "$$found" ]; then \
		echo "To build the image, install Docker Desktop, or podman: 'sudo apt install podman'." >&2; exit 1; \
	fi; \
	"$$found" build --tag airbyte/source-pinterest:dev .

airbyte-export: $(INSTALLED) $(POETRY)/bin/poetry ## Write the connector as Airbyte's repository wants it: make airbyte-export OUT=<folder>
	@$(PY) -m tools.airbyte_export --poetry $(POETRY)/bin/poetry --index $(call quoted,INDEX) $(call quoted,OUT)

# LOCK=no leaves out poetry.lock, and with it the only part that needs a network once the tools are installed.
airbyte-qa: $(INSTALLED) ## Run Airbyte's checks of a connector on an export of the last commit; with LOCK=no, without poetry.lock
	@if [ -z "$(PYTHON_BELOW_3_13)" ]; then \
		echo "Airbyte's checks need Python 3.11 or 3.12. There is none here, so they are skipped."; \
	else \
		$(MAKE) --no-print-directory $(AIRBYTE_OPS)/bin/airbyte-ops $(if $(WITH_LOCK),$(POETRY)/bin/poetry) && \
		rm -rf .tmp/airbyte-qa && \
		$(PY) -m tools.airbyte_export \
			$(if $(WITH_LOCK),--poetry $(POETRY)/bin/poetry --index $(call quoted,INDEX)) .tmp/airbyte-qa && \
		cd .tmp/airbyte-qa && DO_NOT_TRACK=1 PYTHONWARNINGS=ignore \
			'$(CURDIR)/$(AIRBYTE_OPS)/bin/python' '$(CURDIR)/tools/airbyte_qa.py'; \
	fi

# Two targets, so that in the workflow no package without a hash runs beside the wheel.
release: release-wheel release-attached ## Build the files of a release from the last commit: make release OUT=<folder> (needs python3.11)
	@ls $(call quoted,OUT)/*

release-wheel: ## Build the wheel with the image's packages, install it and start it: make release-wheel OUT=<folder>
	@test -n $(call quoted,OUT) || { echo "Name a folder: make $(MAKECMDGOALS) OUT=<folder>" >&2; exit 1; }
	@test -z "$$(git status --porcelain)" || { echo "The working tree has changes: commit or stash them first." >&2; exit 1; }
	@rm -rf $(RELEASE) && mkdir -p $(RELEASE)/source $(call quoted,OUT) && mkdir $(call quoted,OUT)/wheel
	@git archive HEAD | tar -x -C $(RELEASE)/source
	@python3.11 -m venv $(RELEASE)/venv
	@$(RELEASE)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(RELEASE)/venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--wheel-dir $(call quoted,OUT)/wheel $(RELEASE)/source
	@$(RELEASE)/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index $(call quoted,OUT)/wheel/*.whl
	@cd $(RELEASE)/venv && bin/source-pinterest --version && bin/source-pinterest spec >/dev/null

release-attached: $(INSTALLED) $(POETRY)/bin/poetry ## Write a release's notices, list of contents (SBOM) and export for Airbyte: make release-attached OUT=<folder>
	@test -n $(call quoted,OUT) || { echo "Name a folder: make $(MAKECMDGOALS) OUT=<folder>" >&2; exit 1; }
	@mkdir -p $(call quoted,OUT) && mkdir $(call quoted,OUT)/attached
	@cp LICENSE THIRD-PARTY-NOTICES $(call quoted,OUT)/attached
	@rm -rf $(SBOM) && $(PY) -m venv $(SBOM)
	@$(SBOM)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .ci/sbom.lock
	@$(SBOM)/bin/cyclonedx-py requirements requirements.lock --output-format JSON --output-file $(call quoted,OUT)/attached/sbom.cdx.json
	@rm -rf $(SBOM)/export && $(MAKE) --no-print-directory airbyte-export OUT=$(SBOM)/export
	@tar -czf $(call quoted,OUT)/attached/airbyte-export.tar.gz -C $(SBOM)/export .

# The name of each folder has the version, so that another version is installed anew.
$(POETRY)/bin/poetry: | $(INSTALLED)
	@echo "Installing poetry into $(POETRY) ..."
	@rm -rf $(POETRY) && $(PY) -m venv $(POETRY)
	@$(POETRY)/bin/python -m pip install --quiet --disable-pip-version-check '$(subst -,==,$(notdir $(POETRY)))'

$(AIRBYTE_OPS)/bin/airbyte-ops: | $(INSTALLED)
	@echo "Installing airbyte-internal-ops into $(AIRBYTE_OPS), with what the checks need of it ..."
	@rm -rf $(AIRBYTE_OPS) && $(PYTHON_BELOW_3_13) -m venv $(AIRBYTE_OPS)
	@$(AIRBYTE_OPS)/bin/python -m pip install --quiet --disable-pip-version-check $(AIRBYTE_CHECKS_NEED)
	@$(AIRBYTE_OPS)/bin/python -m pip install --quiet --disable-pip-version-check $(REGISTRY_MODEL) \
		airbyte-internal-ops==$(patsubst airbyte-internal-ops-%,%,$(notdir $(AIRBYTE_OPS)))

test: $(INSTALLED) ## Run all tests; with COVERAGE=yes, also measure branch coverage (nearly twice as long)
	$(PY) -m pytest --numprocesses 2 $(if $(COVERAGE),--cov --cov-report term) $(PYTEST_ARGS)

dates: $(INSTALLED) ## Run the tests that read days on twelve days, or on DAYS="2027-01-01 2028-02-29" (30 minutes)
	@for day in $(DAYS); do \
		echo "Tests that read days, on $$day:"; \
		TEST_DAY=$$day $(PY) -m pytest --quiet --numprocesses 2 $(DATED_TESTS) $(PYTEST_ARGS) || red="$$red $$day"; \
	done; \
	if [ -n "$$red" ]; then echo "Tests are red on$$red. To see one day: make dates DAYS=..." >&2; exit 1; fi

test-lock: $(IMAGE)/.installed ## Run the unit tests with the image's packages (needs python3.11, the image's version)
	$(IMAGE)/bin/python -m pytest --numprocesses 2 unit_tests $(PYTEST_ARGS)

# First what the image installs, with hashes, then what the tests need, which may change nothing of it.
$(IMAGE)/.installed: requirements.lock pyproject.toml
	@rm -rf $(IMAGE) && python3.11 -m venv $(IMAGE)
	@$(IMAGE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@sed -nE 's/^([A-Za-z0-9._-]+==[^ ]+).*/\1/p' requirements.lock > $(IMAGE)/constraints.txt
	@$(IMAGE)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(IMAGE)/constraints.txt \
		--editable '.[tests]'
	@$(IMAGE)/bin/python -m pip install --quiet --disable-pip-version-check $(REGISTRY_MODEL)
	@touch $@

check: $(INSTALLED) ## Check formatting, lint rules, types, import order and the Dockerfile
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy
	$(PY) -m pytest --quiet unit_tests/test_layers.py
	@PATH="$(VENV)/bin:$$PATH"; \
	if command -v hadolint >/dev/null; then hadolint Dockerfile; \
	else echo "hadolint is not installed, so the Dockerfile was not checked."; fi

compare: $(INSTALLED) ## Read 45 simulated days with an earlier commit, WITH=<commit>, and with this code; list what differs (10 minutes)
	@$(PY) -m tools.compare $(if $(WITH),--with $(call quoted,WITH))

faults: $(INSTALLED) ## Run the fault table, and write it into docs/development/reliability.md (2 minutes)
	$(PY) -m integration_tests.fault_table.document
	$(PY) -m pytest -n auto integration_tests/fault_tests/test_fault_table.py

mutants: $(INSTALLED) ## Break the code in small ways, in all or MODULES='source_pinterest.state.*' (hours)
	@$(PY) -m pip install --quiet --disable-pip-version-check 'mutmut>=3.8,<4'
	$(PY) -m mutmut run $(if $(MODULES),$(call quoted,MODULES))
	@$(PY) -m mutmut results | grep -v ': not checked' || true

audit: ## Check the image's packages against the advisories of PyPI (needs a network)
	@.ci/audit

live: $(INSTALLED) ## Record the forms of Pinterest's answers to a real account (minutes), or to REQUEST='GET boards'; see docs/development/live.md
	@$(PY) -m tools.live $(if $(REQUEST),$(call quoted,REQUEST)) --config $(call quoted,CONFIG)

courses: $(INSTALLED) ## Run 300 new sequences of syncs with faults, kills and quotas of each kind (hours)
	FIRST_COURSE=$${FIRST_COURSE:-$$(date +%s)} $(PY) -m pytest -n auto --timeout 7200 -k sequence_\
		integration_tests/fault_tests/test_fault_table.py integration_tests/state_tests/test_ad_pins.py \
		integration_tests/state_tests/test_day_sequences.py integration_tests/state_tests/test_pin_sequences.py

soak: $(INSTALLED) ## Read 1,000 ad accounts, and 1,000,000 pins of 100,000 boards (10 to 30 minutes)
	$(PY) -m tools.soak
	$(PY) -m pytest -m full_size \
		integration_tests/cost_tests/test_soak.py integration_tests/cost_tests/test_budget_saturation.py \
		integration_tests/sync_tests/test_as_recorded.py

bench: $(INSTALLED) ## Compare the speed with two other readers; writes docs/development/benchmarks.md (20 minutes), and prints the difference to BESIDE=<commit>
	@test -x .tmp/official/bin/python || $(or $(PYTHON_BELOW_3_13),$(PY)) -m venv .tmp/official
	@.tmp/official/bin/python -m pip install --quiet --disable-pip-version-check 'airbyte-source-pinterest<3' || \
		echo "The official connector can't be installed here, so the table does not include it." >&2
	$(PY) -m tools.benchmarks $(if $(BESIDE),--beside $(call quoted,BESIDE))
	$(PY) -m pytest -m full_size integration_tests/cost_tests/test_performance.py

fix: $(INSTALLED) ## Format the code and fix what the linter can fix
	$(PY) -m ruff format
	$(PY) -m ruff check --fix

docs: $(INSTALLED) ## Write the tables of streams and quotas, docs/streams/, and the picture of the page in docs/images (needs Chromium)
	@$(PY) -m tools.docs
	@$(PY) -m tools.page_picture

# The generator wants all pages below one folder, so they are copied with their paths. Folded parts (<details>) need a mark.
# Only files that Git knows are published. The pages ask unpkg.com for mermaid unless they have it, so it is a file of the
# site. The search leaves out what only developers read, so that a question finds its answer first, and it is
# tools/site_search.js. The navigation gets the streams, as docs/streams/README.md groups them.
site: $(ZENSICAL)/bin/zensical $(MERMAID) ## Make the documents a site with a search, .tmp/site/html; a broken link fails
	@rm -rf $(SITE) && mkdir -p $(SITE)/pages && cp $(MERMAID) $(SITE)/pages/mermaid.min.js
	@git ls-files -z --cached '*.md' '*.svg' LICENSE docs examples source_pinterest/columns.tsv \
		| tar --null --files-from - --create | tar --extract --directory $(SITE)/pages
	@find $(SITE)/pages -name '*.md' -exec perl -pi -e 's/^<details>/<details markdown="1">/' {} +
	@cd $(SITE)/pages && perl -pi -e 'print "---\nsearch:\n  exclude: true\n---\n\n" if $$. == 1; close ARGV if eof' \
		CHANGELOG.md CONTRIBUTING.md docs/development/*.md
	@{ sed '/^## /,$$d' README.md; sed -n '/^## Further reading/,$$p' README.md | sed 's/^\(To .*\):$$/## \1/'; } > $(SITE)/pages/llms.txt
	@sed -n -e 's/^## \(.*\)/      - \1:/p' -e 's|^. \[`\([a-z_]*\)`](\([a-z_]*.md\)).*|          - \1: docs/streams/\2|p' \
		docs/streams/README.md > $(SITE)/streams.yml
	@sed '/columns.md/r $(SITE)/streams.yml' mkdocs.yml > $(SITE)/mkdocs.yml
	@cd $(SITE) && '$(CURDIR)/$(ZENSICAL)/bin/zensical' build --strict --clean
	@ls $(SITE)/html/assets/javascripts/workers/search.*.js | xargs -n 1 cp tools/site_search.js
	@cd $(SITE)/pages && find . -name '*.md' -print0 | tar --null --files-from - --create | tar --extract --directory ../html
	@echo "To look at it: python3 -m http.server --directory $(SITE)/html, then http://localhost:8000"

$(ZENSICAL)/bin/zensical: | $(INSTALLED)
	@echo "Installing zensical into $(ZENSICAL): half a minute, 0.1 GB ..."
	@rm -rf $(ZENSICAL) && $(PY) -m venv $(ZENSICAL)
	@$(ZENSICAL)/bin/python -m pip install --quiet --disable-pip-version-check '$(subst -,==,$(notdir $(ZENSICAL)))'

# Without npm, an object in the place of mermaid keeps the pages from asking for it: their diagrams stay text.
$(MERMAID):
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; then \
		cd $(@D) && npm pack --silent mermaid@$(MERMAID_VERSION) >/dev/null && \
		python3 -c 'import hashlib, sys; sys.exit(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest() != sys.argv[2])' \
			mermaid-$(MERMAID_VERSION).tgz $(MERMAID_SHA256) && \
		tar -xzf mermaid-$(MERMAID_VERSION).tgz --strip-components=2 package/dist/mermaid.min.js && \
		rm mermaid-$(MERMAID_VERSION).tgz && touch $(@F); \
	else \
		echo "npm is not installed, so the diagrams of the site stay text." >&2 && echo 'var mermaid = {};' >$@; \
	fi

lock: ## Renew requirements.lock, the image's dependencies, and .ci/sbom.lock (needs python3.11, the image's version)
	rm -rf .tmp/lock && python3.11 -m venv .tmp/lock
	.tmp/lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	echo cyclonedx-bom | $(PIP_COMPILE) --output-file .ci/sbom.lock -
	$(MAKE) notices

notices: $(IMAGE)/.installed ## Write THIRD-PARTY-NOTICES, the licences of the image's packages (needs python3.11)
	@$(IMAGE)/bin/python -m tools.third_party

clean: ## Remove .venv and what the targets created, but not what make read has read
	rm -rf $(VENV) .tmp build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache demo-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
