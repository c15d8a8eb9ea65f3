using System.CommandLine;
using TalkyWalky.Load;
using TalkyWalky.Load.Peers.Ours;
using TalkyWalky.Load.Peers.Relay;
using TalkyWalky.Load.Workloads;

var folder = new Argument<string>("folder");
var transport = new Argument<string>("transport");
var gateway = new Command("serve-gateway") { folder, transport };
gateway.Hidden = true;
gateway.SetAction((parsed, _) => GatewayProgram.RunAsync(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(transport) == "tls"));
var relay = new Command("serve-relay") { transport };
relay.Hidden = true;
relay.SetAction((parsed, _) => RelayProgram.RunAsync(parsed.GetRequiredValue(transport) == "tls"));
var devices = new Argument<int>("devices");
var grant = new Command(ClientWorkload.Grant) { devices };
grant.Hidden = true;
grant.SetAction(parsed => ClientWorkload.MeasureGrant(parsed.GetRequiredValue(devices)));

var root = LoadCommand.Build();
root.Subcommands.Add(gateway);
root.Subcommands.Add(relay);
root.Subcommands.Add(grant);
// Who interrupts it waits until the servers that it started have ended.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
