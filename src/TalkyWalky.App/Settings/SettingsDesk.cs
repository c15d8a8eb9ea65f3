using System.Text.Json;
using Microsoft.Extensions.Logging;
using TalkyWalky.App.Api;
using TalkyWalky.App.Http;
using TalkyWalky.App.Live;

namespace TalkyWalky.App.Settings;

/// <summary>The settings of this computer, kept in <see cref="AppFile"/>, and told to every window when they change.</summary>
internal sealed class SettingsDesk
{
    private readonly AppFile _file;
    private readonly LiveHub _hub;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private SettingsBody _now = SettingsBody.Default;
    private int? _port;

    public SettingsDesk(string profile, LiveHub hub, ILogger log)
    {
        _file = new AppFile(profile);
        _hub = hub;
        _log = log;
        var (body, why) = _file.Read();
        if (body is not null) (_now, _port) = (body.Settings, body.Port);
        if (why is not null) hub.Tell(new LiveEvent.Notice(why));
    }

    public SettingsBody Now
    {
        get
        {
            lock (_gate) return _now;
        }
    }

    /// <summary>Where the page was served the first time.</summary>
    public int? Port
    {
        get
        {
            lock (_gate) return _port;
        }
    }

    public void KeepPort(int port)
    {
        lock (_gate)
        {
            if (TryWrite(port, _now)) _port = port;
        }
    }

    public Answer<SettingsBody> Change(JsonElement change)
    {
        lock (_gate)
        {
            var (next, why) = SettingsRules.Apply(_now, change);
            return next is null ? Problem.Invalid(why!) : Keep(next);
        }
    }

    public Answer<SettingsBody> RevertLayout()
    {
        lock (_gate) return Keep(SettingsRules.WithoutLayout(_now));
    }

    private Answer<SettingsBody> Keep(SettingsBody next)
    {
        if (!TryWrite(_port, next)) return Problem.Failed("The setting could not be kept: check the free space of the disk, and who owns the profile's folder.");
        _now = next;
        _hub.Publish(new LiveEvent.SettingsChanged(next));
        return next;
    }

    private bool TryWrite(int? port, SettingsBody settings)
    {
        try
        {
            _file.Write(port, settings);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            AppLog.SettingsNotKept(_log, failure);
            return false;
        }
    }
}
