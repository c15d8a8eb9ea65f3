using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;

namespace TalkyWalky.Server.Commands;

internal static class DeviceCommands
{
    public static Command Build(CommandContext context) => new("device", "Devices of people. Works while the server runs and while it does not.")
    {
        List(context),
        Change(context, "approve", "Let a waiting device in. Compare the key with the one that the device shows.", DeviceAct.Approve, "approved"),
        Change(context, "reject", "Turn a waiting device away for good.", DeviceAct.Reject, "rejected"),
        Revoke(context),
        Name(context),
    };

    private static Command List(CommandContext context)
    {
        var user = new Option<string?>("--user") { Description = "only this person's devices", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "print one JSON object a line" };
        var command = new Command("list", "List devices: those that wait, active ones, those revoked in the last 90 days.") { user, json };
        command.WithExamples("talkywalkyd device list", "talkywalkyd device list --user alice", "talkywalkyd device list --json | jq -r 'select(.state == \"pending\").device'");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var channel = await AdminCommand.OpenAsync(context, parsed, cancellation);
            return await ListAsync(context, channel, parsed.GetValue(user), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> ListAsync(CommandContext context, AdminChannel channel, string? user, bool json, CancellationToken cancellation)
    {
        string? after = null;
        var count = 0;
        do
        {
            var answer = await channel.SendAsync(new AdminRequest.ListDevices(user, after), cancellation);
            if (answer is AdminAnswer.Refused refused) throw new ServerException(refused.Error);
            var devices = (AdminAnswer.Devices)answer;
            foreach (var device in devices.Page) context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(device, AdminJson.Default.DeviceEntry) : Line(device));
            count += devices.Page.Count;
            after = devices.After;
        }
        while (after is not null);

        if (count == 0 && !json) context.Terminal.Error.WriteLine("no devices yet");
        return ExitCode.Done;
    }

    private static Command Change(CommandContext context, string verb, string description, DeviceAct act, string done)
    {
        var id = Id();
        var json = Json();
        var command = new Command(verb, description) { id, json };
        command.WithExamples($"talkywalkyd device {verb} 3f9c21d0");
        command.SetAction((parsed, cancellation) => AdminCommand.SendAsync(
            context, parsed, new AdminRequest.ChangeDevice(parsed.GetRequiredValue(id), act), answer => WriteDone(context, answer, done, parsed.GetValue(json)), cancellation));
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        var id = Id();
        var reason = new Option<string?>("--reason") { Description = $"one of {RevocationReasons.Names} (default: unspecified)", HelpName = "REASON" };
        var json = Json();
        var command = new Command("revoke", "End a device for good: its session at once, its mailbox, its right to send.") { id, reason, json };
        command.WithExamples("talkywalkyd device revoke 3f9c21d0", "talkywalkyd device revoke 3f9c21d0 --reason keyCompromise");
        command.SetAction((parsed, cancellation) => AdminCommand.SendAsync(
            context, parsed, new AdminRequest.ChangeDevice(parsed.GetRequiredValue(id), DeviceAct.Revoke, parsed.GetValue(reason)),
            answer => WriteDone(context, answer, "revoked", parsed.GetValue(json)), cancellation));
        return command;
    }

    private static Command Name(CommandContext context)
    {
        var id = Id();
        var name = new Argument<string>("NAME") { Description = "what to call it" };
        var json = Json();
        var command = new Command("name", "Name a device, to tell it from its owner's others.") { id, name, json };
        command.WithExamples("talkywalkyd device name 3f9c21d0 \"reception PC\"");
        command.SetAction((parsed, cancellation) => AdminCommand.SendAsync(
            context, parsed, new AdminRequest.NameDevice(parsed.GetRequiredValue(id), parsed.GetRequiredValue(name)),
            answer => WriteDone(context, answer, "named", parsed.GetValue(json)), cancellation));
        return command;
    }

    private static void WriteDone(CommandContext context, AdminAnswer answer, string verb, bool json)
    {
        var device = ((AdminAnswer.DeviceDone)answer).Device;
        context.Terminal.Output.WriteLine(json ? JsonSerializer.Serialize(device, AdminJson.Default.DeviceEntry) : $"{verb} {device.Device} of {Owner(device)}");
    }

    private static string Line(DeviceEntry device) => string.Create(
        CultureInfo.InvariantCulture,
        $"{device.Device}  {Owner(device),-20}  {device.State,-8}  {device.AddedAt.UtcDateTime:yyyy-MM-dd}  key {device.Key[..16]}{(device.Name is null ? "" : $"  {Terminal.Plain(device.Name)}")}");

    private static string Owner(DeviceEntry device) => device.Username ?? device.User;

    private static Argument<string> Id() => new("ID") { Description = "the device's id, or at least its first four digits" };

    private static Option<bool> Json() => new("--json") { Description = "print one JSON object" };
}
