using System.CommandLine;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>device show, list, approve, reject, name, revoke.</summary>
internal static class DeviceCommand
{
    public static Command Create(CliHost host) => new("device", "Your devices, their keys and certificates.")
    {
        Show(host), List(host), Approve(host), Reject(host), Name(host), Revoke(host),
    };

    private static Command Show(CliHost host)
    {
        var pem = new Option<bool>("--pem") { Description = "As PEM: identity, encryption and issuing certificates, in this order." };
        var show = new Command("show", "Show this device's certificates. They hold no secrets.") { pem };
        show.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithChatAsync(
                async chat =>
                {
                    if (context.Reply.Json) await context.Reply.ObjectAsync(new DeviceLine(await chat.DevicePemAsync(cancellation)), JsonLines.Types.DeviceLine);
                    else if (parse.GetValue(pem)) await context.Reply.LineAsync((await chat.DevicePemAsync(cancellation)).TrimEnd('\n'));
                    else await context.Reply.FieldsAsync(PlainText.Self(await chat.WhoAmIAsync(cancellation)));
                    return ExitCode.Done;
                },
                cancellation);
        });
        return TalkyWalkyCommand.WithExamples(show, "talkywalky device show --pem > device.pem", "talkywalky device show --pem | openssl x509 -noout -text");
    }

    private static Command List(CliHost host)
    {
        var command = new Command("list", "List your devices, and those that wait for your approval.");
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            return context.WithLoggedInChatAsync(chat => ListAsync(context, chat, cancellation), cancellation);
        });
        return TalkyWalkyCommand.WithExamples(command, "talkywalky device list", "talkywalky device list --json | jq -r 'select(.standing == \"pending\").device'");
    }

    private static Command Approve(CliHost host)
    {
        var device = DeviceArgument();
        var yes = TalkyWalkyCommand.Yes();
        var command = new Command("approve", "Let a new device in. Compare its key with what the device itself shows.") { device, yes };
        Act(
            host, command, parse => new DeviceRequest.Approve(parse.GetRequiredValue(device)), "is approved", yes,
            static found => $"Does the new device show the key {PlainLists.Fingerprint(found.KeyFingerprint)}, and is it yours?");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky device approve 3f2a91bc");
    }

    private static Command Reject(CliHost host)
    {
        var device = DeviceArgument();
        var command = new Command("reject", "Keep a device out that waits for approval.") { device };
        Act(host, command, parse => new DeviceRequest.Reject(parse.GetRequiredValue(device)), "is rejected");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky device reject 3f2a91bc");
    }

    private static Command Name(CliHost host)
    {
        var device = DeviceArgument();
        var name = new Argument<string>("NAME") { Description = "At most 60 characters." };
        var command = new Command("name", "Name a device, so that you know it again.") { device, name };
        Act(host, command, parse => new DeviceRequest.Rename(parse.GetRequiredValue(device), parse.GetRequiredValue(name)), "has its new name");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky device name 3f2a91bc 'Laptop at home'");
    }

    private static Command Revoke(CliHost host)
    {
        var device = DeviceArgument();
        var yes = TalkyWalkyCommand.Yes();
        var command = new Command("revoke", "End a device for good, also this one. It is cut off at once and gets nothing more.") { device, yes };
        Act(
            host, command, parse => new DeviceRequest.Revoke(parse.GetRequiredValue(device)), "is revoked", yes,
            static found => $"Revoke {PlainLists.Name(found)} ({found.Device.ToString()[..8]}{(found.IsThis ? ", this one" : "")}) for good?");
        return TalkyWalkyCommand.WithExamples(command, "talkywalky device revoke 3f2a91bc --yes");
    }

    private static Argument<string> DeviceArgument() => new("ID") { Description = "The device's name, or the first digits of its id; see: device list." };

    private static void Act(
        CliHost host, Command command, Func<ParseResult, DeviceRequest> request, string done, Option<bool>? yes = null, Func<DeviceInfo, string>? question = null)
    {
        command.SetAction((parse, cancellation) =>
        {
            var context = new CommandContext(host, parse);
            var asked = request(parse);
            return context.WithLoggedInChatAsync(
                async chat =>
                {
                    if (question is not null && !parse.GetValue(yes!) && host.Terminal.CanAsk && await FindAsync(chat, asked, cancellation) is { } found
                        && await context.ConfirmAsync(question(found), isAnswered: false, needsAnswer: false, cancellation) is { } no) return no;
                    return await ReportAsync(context, await chat.DeviceAsync(asked, cancellation), done);
                },
                cancellation);
        });
    }

    private static async Task<DeviceInfo?> FindAsync(IChat chat, DeviceRequest request, CancellationToken cancellation)
    {
        var name = request switch { DeviceRequest.Approve one => one.Device, DeviceRequest.Revoke one => one.Device, _ => "" };
        if (name.Length == 0 || await chat.DeviceAsync(new DeviceRequest.List(), cancellation) is not DeviceAnswer.Devices { Page: var devices }) return null;
        var found = devices.Where(device => string.Equals(device.Name, name, StringComparison.OrdinalIgnoreCase)
            || device.Device.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count == 1 ? found[0] : null; // the engine says what is wrong with the name
    }

    private static async Task<int> ListAsync(CommandContext context, IChat chat, CancellationToken cancellation)
    {
        var answer = await chat.DeviceAsync(new DeviceRequest.List(), cancellation);
        if (answer is not DeviceAnswer.Devices { Page: var devices }) return await ReportAsync(context, answer, "");
        if (context.Reply.Json)
            foreach (var device in devices) await context.Reply.ObjectAsync(DeviceEntryLine.Of(device), JsonLines.Types.DeviceEntryLine);
        else if (context.Reply.Pretty)
            await context.Reply.LineAsync(RichLists.Devices(devices, context.Zone));
        else
            foreach (var device in devices) await context.Reply.LineAsync(PlainLists.Device(device, context.Zone));
        return ExitCode.Done;
    }

    private static async Task<int> ReportAsync(CommandContext context, DeviceAnswer answer, string done)
    {
        switch (answer)
        {
            case DeviceAnswer.Done { Device: var device }:
                if (context.Reply.Json) await context.Reply.ObjectAsync(DeviceEntryLine.Of(device), JsonLines.Types.DeviceEntryLine);
                else await context.Reply.LineAsync($"{PlainLists.Name(device)} ({device.Device.ToString()[..8]}) {done}");
                return ExitCode.Done;
            case DeviceAnswer.Refused refused:
                return await context.Reply.FailAsync(ExitCode.Refused, refused.Why);
            case DeviceAnswer.Unreachable unreachable:
                return await context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why);
            default:
                throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}");
        }
    }
}
