# The source in an Airbyte of your own, with Airbyte's Terraform provider 1.x. First add the connector in Workspace
# settings, Sources, New connector, Add a new Docker connector: its page's address has the definition ID.
# Pinterest replaces the refresh token at each use, and Airbyte keeps the new one. A later `terraform apply` must not put
# the old one back, hence `ignore_changes`.

terraform {
  required_providers {
    airbyte = {
      source  = "airbytehq/airbyte"
      version = "~> 1.1"
    }
  }
}

variable "workspace_id" {
  type = string
}

variable "definition_id" {
  type = string
}

variable "client_id" {
  type = string
}

variable "client_secret" {
  type      = string
  sensitive = true
}

variable "refresh_token" {
  type      = string
  sensitive = true
}

resource "airbyte_source" "pinterest" {
  name          = "Pinterest"
  workspace_id  = var.workspace_id
  definition_id = var.definition_id
  configuration = templatefile("${path.module}/pinterest.json.tftpl", {
    client_id     = var.client_id
    client_secret = var.client_secret
    refresh_token = var.refresh_token
  })

  lifecycle {
    ignore_changes = [configuration]
  }
}
