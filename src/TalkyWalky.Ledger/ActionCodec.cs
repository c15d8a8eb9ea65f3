using TalkyWalky.Pki.Jose;
using TalkyWalky.Wire;

namespace TalkyWalky.Ledger;

/// <summary>One exact text for each action (docs/protocol.md section 4.2), and the bounds that hold whatever the room is like.</summary>
internal static class ActionCodec
{
    private static ReadOnlySpan<byte> Invitation => "\"invitation\""u8;

    private static ReadOnlySpan<byte> Open => "\"open\""u8;

    /// <summary>Why this is no action at all, as a sentence; null when it is one.</summary>
    public static string? Problem(RoomAction action) => action switch
    {
        RoomAction.Create create => create.Settings.Problem,
        RoomAction.Change change => change.Settings.Problem,
        RoomAction.Invite invite => Problem(invite.Users),
        RoomAction.Add add => Problem(add.Users),
        RoomAction.Remove remove => Problem(remove.Users),
        RoomAction.SetRole { Role: not (RoomRole.Member or RoomRole.Moderator or RoomRole.Owner) } => "a role is member, moderator or owner",
        _ => null,
    };

    /// <summary>The same action with its people in order, each once: two lists of the same people are one commit.</summary>
    public static RoomAction Normalise(RoomAction action) => action switch
    {
        RoomAction.Invite invite => invite with { Users = InOrder(invite.Users) },
        RoomAction.Add add => add with { Users = InOrder(add.Users) },
        RoomAction.Remove remove => remove with { Users = InOrder(remove.Users) },
        _ => action,
    };

    public static void Write(CanonicalJsonWriter json, RoomAction action)
    {
        switch (action)
        {
            case RoomAction.Create create:
                WriteSettings(json.Raw("{\"kind\":\"create\""u8), create.Settings);
                json.Raw(",\"nonce\":"u8).Base64Url(create.Nonce.ToArray()).Raw("}"u8);
                break;
            case RoomAction.Change change:
                WriteSettings(json.Raw("{\"kind\":\"change\""u8), change.Settings);
                json.Raw("}"u8);
                break;
            case RoomAction.Invite invite: WriteUsers(json.Raw("{\"kind\":\"invite\""u8), invite.Users); break;
            case RoomAction.Add add: WriteUsers(json.Raw("{\"kind\":\"add\""u8), add.Users); break;
            case RoomAction.Remove remove: WriteUsers(json.Raw("{\"kind\":\"remove\""u8), remove.Users); break;
            case RoomAction.SetRole set:
                json.Raw("{\"kind\":\"role\",\"user\":"u8).String(set.User.ToString()).Raw(",\"role\":"u8).Raw(TextOf(set.Role)).Raw("}"u8);
                break;
            case RoomAction.Join: json.Raw("{\"kind\":\"join\"}"u8); break;
            case RoomAction.Leave: json.Raw("{\"kind\":\"leave\"}"u8); break;
            case RoomAction.Close: json.Raw("{\"kind\":\"close\"}"u8); break;
            default: throw new ArgumentException($"{action.GetType().Name} has no text", nameof(action));
        }
    }

    /// <summary>Null for anything but what <see cref="Write"/> gives for an action without a <see cref="Problem(RoomAction)"/>.</summary>
    public static RoomAction? TryRead(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal("{\"kind\":"u8)) return null;
        RoomAction? action = reader.Literal("\"create\""u8) ? ReadCreate(ref reader)
            : reader.Literal("\"change\""u8) ? ReadSettings(ref reader) is { } settings ? new RoomAction.Change(settings) : null
            : reader.Literal("\"invite\""u8) ? ReadUsers(ref reader) is { } invited ? new RoomAction.Invite(invited) : null
            : reader.Literal("\"add\""u8) ? ReadUsers(ref reader) is { } added ? new RoomAction.Add(added) : null
            : reader.Literal("\"remove\""u8) ? ReadUsers(ref reader) is { } removed ? new RoomAction.Remove(removed) : null
            : reader.Literal("\"role\""u8) ? ReadRole(ref reader)
            : reader.Literal("\"join\""u8) ? new RoomAction.Join()
            : reader.Literal("\"leave\""u8) ? new RoomAction.Leave()
            : reader.Literal("\"close\""u8) ? new RoomAction.Close()
            : null;
        return action is not null && reader.Literal("}"u8) && Problem(action) is null ? action : null;
    }

    private static string? Problem(IReadOnlyList<UserId> users) =>
        users.Count is 0 or > Limits.CommitUsers ? $"one change names 1 to {Limits.CommitUsers} people" : null;

    private static UserId[] InOrder(IReadOnlyList<UserId> users) => [.. users.Distinct().Order()];

    private static void WriteSettings(CanonicalJsonWriter json, RoomSettings settings) =>
        json.Raw(",\"name\":"u8).String(settings.Name).Raw(",\"topic\":"u8).String(settings.Topic).Raw(",\"access\":"u8).Raw(settings.Access == RoomAccess.Open ? Open : Invitation);

    private static void WriteUsers(CanonicalJsonWriter json, IReadOnlyList<UserId> users)
    {
        json.Raw(",\"users\":["u8);
        for (var i = 0; i < users.Count; i++)
        {
            if (i > 0) json.Raw(","u8);
            json.String(users[i].ToString());
        }

        json.Raw("]}"u8);
    }

    private static RoomAction.Create? ReadCreate(ref CanonicalJsonReader reader)
    {
        Span<byte> nonce = stackalloc byte[Digest.Size];
        if (ReadSettings(ref reader) is not { } settings || !reader.Literal(",\"nonce\":"u8) || !reader.Base64Url(nonce) || !Digest.TryRead(nonce, out var digest)) return null;
        return new RoomAction.Create(settings, digest);
    }

    // Three bytes of UTF-8 are the most for one UTF-16 unit.
    private static RoomSettings? ReadSettings(ref CanonicalJsonReader reader) =>
        reader.Literal(",\"name\":"u8)
        && reader.String(3 * Limits.RoomName, out var name)
        && reader.Literal(",\"topic\":"u8)
        && reader.String(3 * Limits.RoomTopic, out var topic)
        && reader.Literal(",\"access\":"u8)
        && (reader.Literal(Open) ? RoomAccess.Open : reader.Literal(Invitation) ? RoomAccess.Invitation : (RoomAccess?)null) is { } access
            ? new RoomSettings(name, topic, access)
            : null;

    private static List<UserId>? ReadUsers(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal(",\"users\":["u8)) return null;
        var users = new List<UserId>();
        do
        {
            if (users.Count == Limits.CommitUsers || !TryReadUser(ref reader, out var user) || (users.Count > 0 && user.CompareTo(users[^1]) <= 0)) return null;
            users.Add(user);
        }
        while (reader.Literal(","u8));
        return reader.Literal("]"u8) ? users : null;
    }

    private static RoomAction.SetRole? ReadRole(ref CanonicalJsonReader reader)
    {
        if (!reader.Literal(",\"user\":"u8) || !TryReadUser(ref reader, out var user) || !reader.Literal(",\"role\":"u8)) return null;
        foreach (var role in (ReadOnlySpan<RoomRole>)[RoomRole.Member, RoomRole.Moderator, RoomRole.Owner])
        {
            if (reader.Literal(TextOf(role))) return new RoomAction.SetRole(user, role);
        }

        return null;
    }

    private static bool TryReadUser(ref CanonicalJsonReader reader, out UserId user)
    {
        user = default;
        return reader.String(36, out var text) && UserId.TryParse(text, out user);
    }

    private static ReadOnlySpan<byte> TextOf(RoomRole role) => role switch
    {
        RoomRole.Owner => "\"owner\""u8,
        RoomRole.Moderator => "\"moderator\""u8,
        _ => "\"member\""u8,
    };
}
