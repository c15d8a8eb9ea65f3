using TalkyWalky.App.Settings;
using TalkyWalky.Client;
using TalkyWalky.Client.Unlock;

namespace TalkyWalky.App.Api;

/// <summary>Where the program stands with its profile.</summary>
internal enum Stage
{
    /// <summary>No profile yet.</summary>
    New,
    Enrolling,

    /// <summary>Someone must approve this device first.</summary>
    Pending,

    /// <summary>Enrolment was begun and interrupted.</summary>
    Unfinished,

    /// <summary>The profile wants its passphrase.</summary>
    Locked,
    LoggedOut,
    Ready,

    /// <summary>The profile cannot be opened.</summary>
    Broken,
}

/// <param name="Trouble">A sentence: why the last attempt failed, what is waited for, or why the profile is broken.</param>
/// <param name="Step">While enrolling.</param>
/// <param name="KeyFingerprint">While pending: SHA-256 of this device's key, hex; who approves sees the same.</param>
/// <param name="Link">Known from a link given at start, or from an enrolment begun before; the link for others is in <paramref name="Self"/>.</param>
/// <param name="Alarms">Those that the person has not acknowledged, the oldest first.</param>
internal sealed record StateBody(
    Stage Stage, string? Trouble, EnrolmentStep? Step, string? KeyFingerprint, string? Link, string? Username, WindowSizeBody WindowSize, SecretPlace SecretPlace,
    string Version, SelfLine? Self, StatusBody? Status, IReadOnlyList<AlarmBody> Alarms);

internal sealed record AlarmBody(long Id, string Text, AddedBody? Added)
{
    public static AlarmBody Of(Alarm alarm) => new(alarm.Id, alarm.Text, AddedBody.Of(alarm.Added));
}

/// <param name="By">first, device or administrator.</param>
internal sealed record AddedBody(string Device, string? Name, DateTimeOffset Since, string By)
{
    public static AddedBody? Of(AddedDevice? added) => added is null ? null : new(added.Device.ToString(), added.Name, added.Since, added.By.ToString().ToLowerInvariant());
}

internal sealed record WindowSizeBody(bool Supported, WindowSizeTrouble? Why);

internal sealed record StatusBody(ConnectionState Connection, string? Trouble, int Outbox, int Pending, long Messages, bool Away)
{
    public static StatusBody Of(ChatStatus status) => new(status.Connection, status.Trouble, status.Outbox, status.Pending, status.Messages, status.IsAway);
}

internal sealed record TokenBody(string Token)
{
    public override string ToString() => "TokenBody { }";
}

internal sealed record KeyBody(string Key)
{
    public override string ToString() => "KeyBody { }";
}

internal sealed record LinkBody(string Link)
{
    public override string ToString() => "LinkBody { }";
}

/// <param name="Gateway">HOST:PORT.</param>
/// <param name="Invited">Carries an invitation.</param>
internal sealed record JoinBody(string Gateway, bool Invited);

internal sealed record EnrolmentBody(
    string Link, string Username, string Password, bool Register, string? FullName = null, string? Mail = null, string? Passphrase = null)
{
    public override string ToString() => $"EnrolmentBody {{ Register = {Register} }}";
}

/// <param name="Passphrase">Null: what this computer keeps is tried again.</param>
internal sealed record PassphraseBody(string? Passphrase = null)
{
    public override string ToString() => "PassphraseBody { }";
}

internal sealed record PasswordBody(string Password)
{
    public override string ToString() => "PasswordBody { }";
}

internal sealed record AwayBody(bool Away);

/// <param name="Id">Chosen by the caller: a UUID, or 32 hex digits.</param>
internal sealed record SendBody(string Id, string Text)
{
    public override string ToString() => $"SendBody {{ Id = {Id} }}";
}

/// <param name="UpTo">A position; null: everything.</param>
internal sealed record ReadBody(string? UpTo);

internal sealed record MuteBody(bool Muted);

internal sealed record DraftTextBody(string Text)
{
    public override string ToString() => "DraftTextBody { }";
}

/// <param name="Conversation">person/USERNAME or room/ID.</param>
internal sealed record DraftBody(string Conversation, string Text)
{
    public override string ToString() => "DraftBody { }";
}

internal sealed record ClearedBody(long Cleared);

internal sealed record NewRoomBody(string Name, string Topic, bool Open);

/// <summary>What is left out stays as it is.</summary>
internal sealed record RoomChangeBody(string? Name = null, string? Topic = null, bool? Open = null);

internal sealed record RoomAndMembersBody(RoomLine Room, IReadOnlyList<MemberLine> Members);

internal sealed record UsersBody(IReadOnlyList<string> Users);

internal sealed record RankBody(RoomRank Rank);

internal sealed record NameBody(string Name);

/// <param name="Address">Of this computer; null: all of them.</param>
internal sealed record ListenBody(int Port, string? Address = null);

internal sealed record ConnectBody(string Username, string Host, int Port);

/// <param name="Port">Null: this device does not wait for others.</param>
/// <param name="Addresses">How others may reach it: ADDRESS:PORT.</param>
internal sealed record DirectBody(int? Port, IReadOnlyList<string> Addresses, IReadOnlyList<DirectLineBody> Lines)
{
    public static DirectBody Of(DirectState state) =>
        new(state.Port, state.Addresses, [.. state.Lines.Select(static line => new DirectLineBody(line.Username, line.Device.ToString(), line.Address, line.Since))]);
}

internal sealed record DirectLineBody(string Username, string Device, string Address, DateTimeOffset Since);

internal sealed record NamesBody(string Current, IReadOnlyList<UsedNameLine> Used);

/// <summary>What is left out stays as it is.</summary>
internal sealed record PrivacyChangeBody(bool? DeliveredReceipts = null, bool? ReadReceipts = null, bool? Typing = null);

/// <param name="Width">Pixels, 360 to 3840.</param>
/// <param name="Height">Pixels, 200 to 2160.</param>
internal sealed record SizeBody(int Width, int Height);

/// <summary>How the app looks and behaves on this computer.</summary>
/// <param name="FontFamily">Null: the bundled one.</param>
/// <param name="FontSize">Pixels, 11 to 24.</param>
/// <param name="WindowSize">Null: the default.</param>
/// <param name="SidebarWidth">Pixels, 200 to 480.</param>
/// <param name="Background">Go on when the last window closed.</param>
/// <param name="LastConversation">person/USERNAME or room/ID.</param>
/// <param name="SkinTone">0: none, 1 to 5: light to dark.</param>
internal sealed record SettingsBody(
    Theme Theme, string? FontFamily, int FontSize, Language Language, SizeBody? WindowSize, int SidebarWidth, bool DetailsOpen, bool Notifications, bool Background,
    string? LastConversation, IReadOnlyList<string> RecentEmoji, int SkinTone)
{
    public static SettingsBody Default { get; } = new(
        Theme.System, null, 15, Language.System, null, 264, DetailsOpen: false, Notifications: true, Background: false, null, [], 0);
}
