using Google.Protobuf;
using Microsoft.Extensions.Logging;
using TalkyWalky.Engines;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Relaying;
using TalkyWalky.Gateway.Rooms;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Cluster;

/// <summary>Listens to the other processes, and says again and again who is connected here, for as long as the gateway runs.</summary>
internal sealed class GatewayEar(
    IGatewayBus bus, GatewayVoice voice, Attendance attendance, LocalNews news, RoomLedgers ledgers, RelayDesk relays, StatusBoard status, TimeProvider time, ILogger log)
{
    private static readonly MessageParser<GatewayNews> Parser = GatewayNews.Parser.WithDiscardUnknownFields(true);

    private readonly OtherGateways _others = new(attendance, time);

    public async Task RunAsync(CancellationToken stop)
    {
        var saying = SayAttendeesAsync(stop);
        try
        {
            await foreach (var message in bus.ListenAsync(stop))
            {
                if (message is { } bytes) await HearAsync(bytes, stop);
                else Greet();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }

        await saying;
    }

    // What was said before is not known: others say who is with them, and hear who is here.
    private void Greet()
    {
        voice.Say(new GatewayNews { Greeting = new Greeting() });
        attendance.SayEveryone();
    }

    private async Task SayAttendeesAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(GatewayTimes.Listening, time);
        try
        {
            for (var look = 1; await timer.WaitForNextTickAsync(stop); look++)
            {
                if (look % GatewayTimes.LooksForAttendees == 0) attendance.SayEveryone();
                _others.Sweep();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task HearAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        try
        {
            await HearAsync(Parser.ParseFrom(bytes.Span), stop);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            log.NewsLost(failed); // what the next one says is heard all the same, and nothing depends on this one for good
        }
    }

    private async Task HearAsync(GatewayNews heard, CancellationToken stop)
    {
        switch (heard.BodyCase)
        {
            case GatewayNews.BodyOneofCase.Greeting:
                attendance.SayEveryone();
                break;
            case GatewayNews.BodyOneofCase.Attendees:
                _others.Take(heard.Attendees);
                break;
            case GatewayNews.BodyOneofCase.AttendeeChanged:
                _others.Take(heard.AttendeeChanged);
                break;
            case GatewayNews.BodyOneofCase.Farewell:
                _others.Take(heard.Farewell);
                break;
            case GatewayNews.BodyOneofCase.RoomAdvanced:
                await TellOfRoomAsync(heard.RoomAdvanced, stop);
                break;
            case GatewayNews.BodyOneofCase.ProfileReplaced when UserId.TryRead(heard.ProfileReplaced.User.Span, out var user):
                news.ProfileChanged(user, heard.ProfileReplaced.Record, except: null);
                break;
            case GatewayNews.BodyOneofCase.DevicesReplaced when UserId.TryRead(heard.DevicesReplaced.User.Span, out var user):
                news.DevicesChanged(user);
                break;
            case GatewayNews.BodyOneofCase.Expulsion when UserId.TryRead(heard.Expulsion.User.Span, out var user):
                Expel(user, heard.Expulsion);
                break;
            case GatewayNews.BodyOneofCase.PassedRelay:
                await relays.DeliverAsync(heard.PassedRelay, stop);
                break;
            case GatewayNews.BodyOneofCase.StatusReplaced:
                status.Look();
                break;
        }
    }

    private void Expel(UserId user, Expulsion expulsion)
    {
        var ending = new Ending(expulsion.Code, expulsion.Text);
        if (DeviceId.TryRead(expulsion.Device.Span, out var device)) news.DisconnectDevice(user, device, ending);
        else news.Disconnect(user, ending);
    }

    private async Task TellOfRoomAsync(RoomAdvanced advanced, CancellationToken stop)
    {
        if (!ConversationId.TryRead(advanced.Room.Span, out var room) || !Digest.TryRead(advanced.Head.Span, out var head)) return;
        var state = await ledgers.RefreshAsync(room, stop);
        var people = new List<UserId>(state?.Members.Keys ?? []);
        foreach (var named in advanced.Named)
        {
            if (UserId.TryRead(named.Span, out var user)) people.Add(user);
        }

        news.RoomAdvanced(Hint.RoomChanged(room, advanced.Epoch, head), people, except: null);
    }
}
