using System.CommandLine;
using TalkyWalky.Load;
using TalkyWalky.Load.Peers.Ours;
using TalkyWalky.Load.Peers.Relay;

var folder = new Argument<string>("folder");
var transport = new Argument<string>("transport");
var gateway = new Command("serve-gateway") { folder, transport };
gateway.Hidden = true;
gateway.SetAction((parsed, _) => GatewayProgram.RunAsync(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(transport) == "tls"));
var relay = new Command("serve-relay") { transport };
relay.Hidden = true;
relay.SetAction((parsed, _) => RelayProgram.RunAsync(parsed.GetRequiredValue(transport) == "tls"));

var root = LoadCommand.Build();
root.Subcommands.Add(gateway);
root.Subcommands.Add(relay);
// Who interrupts it waits until the servers that it started have ended.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
