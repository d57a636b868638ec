// Drives the ActiveCampaign nodes of n8n-nodes-base: node n8n_node.cjs FOLDER URL KEY, requests on standard input.
// It stands in for n8n: parameters with their defaults, credentials, requests, items. The nodes are as published.
"use strict";

const path = require("node:path");
const readline = require("node:readline");

const [folder, apiUrl, apiKey] = process.argv.slice(2);
const modules = path.join(folder, "node_modules");
const { NodeHelpers } = require(path.join(modules, "n8n-workflow"));
const dist = path.join(modules, "n8n-nodes-base", "dist");
const { ActiveCampaignApi } = require(path.join(dist, "credentials/ActiveCampaignApi.credentials.js"));
const { ActiveCampaign } = require(path.join(dist, "nodes/ActiveCampaign/ActiveCampaign.node.js"));
const { ActiveCampaignTrigger } = require(path.join(dist, "nodes/ActiveCampaign/ActiveCampaignTrigger.node.js"));

const credentials = { apiUrl, apiKey };
const remembered = {}; // what the trigger keeps between its calls

function resolved(value) {
  const expression = /^=\{\{\$credentials\.(\w+)\}\}$/.exec(value);
  return expression ? credentials[expression[1]] : value;
}

async function request(options) {
  const url = new URL(options.uri);
  for (const [name, value] of Object.entries(options.qs ?? {})) url.searchParams.set(name, value);
  const headers = { ...options.headers, Accept: "application/json" };
  for (const [name, value] of Object.entries(new ActiveCampaignApi().authenticate.properties.headers)) {
    headers[name] = resolved(value);
  }
  const sent = { method: options.method, headers };
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    sent.body = JSON.stringify(options.body);
  }
  const reply = await fetch(url, sent);
  const text = await reply.text();
  if (!reply.ok) {
    throw Object.assign(new Error(`${reply.status} - ${text}`), { statusCode: reply.status, error: text });
  }
  return options.json ? JSON.parse(text) : text;
}

function context(node, given) {
  const described = { name: "ActiveCampaign", type: node.description.name, typeVersion: 1, parameters: given };
  const properties = node.description.properties;
  const parameters = NodeHelpers.getNodeParameters(properties, given, true, false, described, node.description);
  return {
    getInputData: () => [{ json: {} }],
    getNode: () => described,
    getCredentials: async () => credentials,
    getNodeParameter: (name, index, fallback) => parameters[name] ?? fallback,
    getNodeWebhookUrl: () => given.webhookUrl,
    getWorkflowStaticData: () => remembered,
    continueOnFail: () => false,
    helpers: {
      requestWithAuthentication: (type, options) => request(options),
      returnJsonArray: (data) => (Array.isArray(data) ? data : [data]).map((json) => ({ json })),
      constructExecutionMetaData: (items, { itemData }) => items.map((one) => ({ ...one, pairedItem: itemData })),
    },
  };
}

async function answered(asked) {
  const [node, trigger] = [new ActiveCampaign(), new ActiveCampaignTrigger()];
  if (asked.execute) {
    const [items] = await node.execute.call(context(node, asked.execute));
    return items.map((one) => one.json);
  }
  if (asked.load) return node.methods.loadOptions[asked.load].call(context(node, {}));
  if (asked.events) return trigger.methods.loadOptions.getEvents.call(context(trigger, {}));
  return trigger.webhookMethods.default[asked.trigger].call(context(trigger, asked.parameters ?? {}));
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = { returned: await answered(JSON.parse(line)) };
    } catch (problem) {
      answer = { failed: [problem.message, problem.description, problem.httpCode].filter(Boolean).join(" | ") };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
