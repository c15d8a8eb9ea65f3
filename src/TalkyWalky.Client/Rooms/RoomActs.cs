using Google.Protobuf;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Store;
using TalkyWalky.Ledger;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using Commit = TalkyWalky.Ledger.Commit;

namespace TalkyWalky.Client.Rooms;

/// <summary>Answers requests over one connection: finds the room and the people meant, then commits.</summary>
internal sealed class RoomActs(Database database, Outbox outbox, SendContext context, TimeProvider time)
{
    private const int MaxTries = 12, IdDigits = 8;

    private UserId Self => context.Credentials.Identity.User;

    public async Task<RoomAnswer> AnswerAsync(RoomRequest request) => request switch
    {
        RoomRequest.List list => await ListAsync(list.All),
        RoomRequest.Show show => await WithRoomAsync(show.Room, ShowAsync),
        RoomRequest.Create create => await CreateAsync(create),
        RoomRequest.Join join => await WithRoomAsync(join.Room, room => CommitAsync(room, new RoomAction.Join())),
        RoomRequest.Invite invite => await WithPeopleAsync(invite.Room, invite.Users, static users => new RoomAction.Invite(users)),
        RoomRequest.Add add => await WithPeopleAsync(add.Room, add.Users, static users => new RoomAction.Add(users)),
        RoomRequest.Remove remove => await WithPeopleAsync(remove.Room, remove.Users, static users => new RoomAction.Remove(users)),
        RoomRequest.Leave leave => await WithRoomAsync(leave.Room, room => CommitAsync(room, new RoomAction.Leave())),
        RoomRequest.SetRole role => await SetRoleAsync(role),
        RoomRequest.Change change => await WithRoomAsync(change.Room, room => ChangeAsync(room, change)),
        RoomRequest.Close close => await WithRoomAsync(close.Room, room => CommitAsync(room, new RoomAction.Close())),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<RoomAnswer> ListAsync(bool all)
    {
        var known = await database.RunAsync(static rows => RoomDesk.Known(rows), context.Ended);
        if (!all) return new RoomAnswer.Rooms(known);
        await foreach (var page in new RoomList(context.Link).ReadAsync(all: true))
            known.AddRange(page.Select(static room => room.Info).Where(room => !known.Exists(one => one.Room == room.Room)));
        return new RoomAnswer.Rooms([.. known.OrderBy(static room => room.Name, StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Finds the room by name or id here, then on the server, and brings its ledger up to date.</summary>
    private async Task<RoomAnswer> WithRoomAsync(string name, Func<ConversationId, Task<RoomAnswer>> act)
    {
        var wanted = name.Trim();
        var found = await database.RunAsync(rows => rows.Contacts.FindRooms(wanted).ConvertAll(static contact => contact.Conversation!.Value), context.Ended);
        if (found.Count == 0) found = await FindListedAsync(wanted);
        if (found.Count == 0) return new RoomAnswer.Refused($"There is no room called \"{wanted}\" that you can see; look with: room list --all.");
        if (found.Count > 1)
            return new RoomAnswer.Refused($"More than one room is called \"{wanted}\"; name it by its id: {string.Join(", ", found.Select(static room => room.ToString()[..IdDigits]))}.");
        return await context.Ledgers.FetchAsync(found[0]) switch
        {
            SyncOutcome.Lost => RoomDesk.Lost,
            SyncOutcome.Refused refused => new RoomAnswer.Refused(refused.Why),
            _ => await act(found[0]),
        };
    }

    private async Task<List<ConversationId>> FindListedAsync(string wanted)
    {
        // A whole id means that room, also where another one is called so.
        if (Digest.TryParse(wanted, out var id)) return [new ConversationId(id)];
        var found = new List<ConversationId>();
        await foreach (var page in new RoomList(context.Link).ReadAsync(all: true))
        {
            found.AddRange(page.Where(room => string.Equals(room.Info.Name, wanted, StringComparison.OrdinalIgnoreCase)
                || (wanted.Length >= IdDigits && room.Id.ToString().StartsWith(wanted, StringComparison.OrdinalIgnoreCase))).Select(static room => room.Id));
        }

        return found;
    }

    private Task<RoomAnswer> WithPeopleAsync(string name, IReadOnlyList<string> usernames, Func<IReadOnlyList<UserId>, RoomAction> action) => WithRoomAsync(
        name,
        async room =>
        {
            var users = new SortedSet<UserId>();
            foreach (var username in usernames)
            {
                var (user, why) = await FindPersonAsync(room, username.Trim());
                if (user is not { } found) return new RoomAnswer.Refused(why!);
                users.Add(found);
            }

            if (users.Count is 0 or > Limits.CommitUsers) return new RoomAnswer.Refused($"Name 1 to {Limits.CommitUsers} people.");
            return await CommitAsync(room, action([.. users]));
        });

    private Task<RoomAnswer> SetRoleAsync(RoomRequest.SetRole request) => WithRoomAsync(
        request.Room,
        async room =>
        {
            var role = request.Rank switch
            {
                RoomRank.Owner => RoomRole.Owner,
                RoomRank.Moderator => RoomRole.Moderator,
                RoomRank.Member => RoomRole.Member,
                _ => (RoomRole?)null,
            };
            if (role is not { } given) return new RoomAnswer.Refused("A role is owner, moderator or member.");
            var (user, why) = await FindPersonAsync(room, request.User.Trim());
            return user is { } found ? await CommitAsync(room, new RoomAction.SetRole(found, given)) : new RoomAnswer.Refused(why!);
        });

    /// <summary>Who a name stands for is what a certificate says, never what the server says.</summary>
    private async Task<(UserId? User, string? Why)> FindPersonAsync(ConversationId room, string username)
    {
        if (string.Equals(username, context.Credentials.Identity.Username, StringComparison.OrdinalIgnoreCase)) return (Self, null);
        switch (await context.Rosters.FindAsync(user: null, username))
        {
            case PersonOutcome.Found found:
                return (found.Person.User, null);
            case PersonOutcome.Lost:
                return (null, "The connection broke; try again.");
            case PersonOutcome.Refused or PersonOutcome.Waiting or PersonOutcome.Asleep or PersonOutcome.Revoked when await KnownMemberAsync(room, username) is { } known:
                return (known, null);
            case PersonOutcome.Refused refused:
                return (null, refused.Why);
            default:
                return (null, $"{username} has no device with a current certificate yet, so nothing proves who that is; try again when {username} has logged in.");
        }
    }

    // Somebody who left the organisation, or sleeps, can still be removed.
    private Task<UserId?> KnownMemberAsync(ConversationId room, string username) => database.RunAsync(
        rows => rows.Contacts.Find(username)?.User is { } user && rows.Rooms.State(room) is { } state && (state.Members.ContainsKey(user) || state.Invited.Contains(user))
            ? user
            : (UserId?)null,
        context.Ended);

    private async Task<RoomAnswer> ChangeAsync(ConversationId room, RoomRequest.Change change)
    {
        var state = await database.RunAsync(rows => rows.Rooms.State(room)!, context.Ended);
        var access = change.IsOpen is not { } open ? state.Settings.Access : open ? RoomAccess.Open : RoomAccess.Invitation;
        var settings = new RoomSettings(change.Name?.Trim() ?? state.Settings.Name, change.Topic?.Trim() ?? state.Settings.Topic, access);
        return await CommitAsync(room, new RoomAction.Change(settings));
    }

    private async Task<RoomAnswer> ShowAsync(ConversationId room)
    {
        var (state, info) = await ReadAsync(room);
        var (devices, why) = await context.Rosters.FindAllAsync([.. state.Members.Keys, .. state.Invited]);
        if (devices is null) return why is null ? RoomDesk.Lost : new RoomAnswer.Unreachable(why);
        var members = await database.RunAsync(rows => RoomMembers.Of(rows, state, devices), context.Ended);
        return new RoomAnswer.Shown(info, members);
    }

    private Task<(RoomState State, RoomInfo Info)> ReadAsync(ConversationId room) => database.RunAsync(
        rows =>
        {
            var state = rows.Rooms.State(room)!;
            return (state, RoomInfos.Of(state, rows.Rooms.Find(room), Self));
        },
        context.Ended);

    private async Task<RoomAnswer> CreateAsync(RoomRequest.Create create)
    {
        var settings = new RoomSettings(create.Name.Trim(), create.Topic.Trim(), create.IsOpen ? RoomAccess.Open : RoomAccess.Invitation);
        if (settings.Problem is { } problem) return new RoomAnswer.Refused(Sentences.Of(problem));
        if ((await database.RunAsync(rows => rows.Contacts.FindRooms(settings.Name), context.Ended)).Count > 0)
            return new RoomAnswer.Refused($"You know a room called \"{settings.Name}\" already; choose another name.");
        Span<byte> nonce = stackalloc byte[Digest.Size];
        System.Security.Cryptography.RandomNumberGenerator.Fill(nonce);
        Digest.TryRead(nonce, out var digest);
        return await TryAsync(null, new CommitDraft(default, 1, default, new RoomAction.Create(settings, digest), time.GetUtcNow())) ?? RoomDesk.Lost;
    }

    /// <summary>Commits on the newest state; when another commit was faster, on the one after that.</summary>
    private async Task<RoomAnswer> CommitAsync(ConversationId room, RoomAction action)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (state, info) = await ReadAsync(room);
            if (info.Frozen is { } frozen) return new RoomAnswer.Refused(frozen);
            if (state.Refusal(Self, action) is { } refusal) return new RoomAnswer.Refused(Sentences.Of(refusal));
            var draft = new CommitDraft(room, state.Epoch + 1, state.Head, action, state.NextTime(time.GetUtcNow()));
            if (await TryAsync(state, draft) is { } answer) return answer;
            switch (await context.Ledgers.FetchAsync(room))
            {
                case SyncOutcome.Lost:
                    return RoomDesk.Lost;
                case SyncOutcome.Refused refused:
                    return new RoomAnswer.Refused(refused.Why);
                // Never two signatures on one parent: a server that says "changed" and shows no change would get what it needs to fork the room.
                case SyncOutcome.UpToDate { State: var newest } when newest.Epoch == state.Epoch:
                    return new RoomAnswer.Refused(await context.News.AlarmAsync(room, state, RoomAlarms.Withheld));
            }
        }

        return new RoomAnswer.Refused("Too many others change this room at the same time; try again in a moment.");
    }

    /// <summary>Null when another commit was faster.</summary>
    private async Task<RoomAnswer?> TryAsync(RoomState? before, CommitDraft draft)
    {
        if (await context.UncertaintyAsync() is { } uncertain) return new RoomAnswer.Unreachable($"{uncertain} Nothing was changed; try again then.");
        var commit = await Task.Run(() => Sign(draft), context.Ended);
        if ((before is null ? RoomState.Begin(commit) : before.Apply(commit)) is not LedgerOutcome.Advanced { State: var after })
            return new RoomAnswer.Refused("This change does not fit the room; update this program.");
        var ask = new Wire.Frames.Commit { Room = before is null ? ByteString.Empty : ByteString.CopyFrom(before.Room.ToArray()), Token = ByteString.CopyFrom(commit.Token.Span) };
        switch (await context.Link.AskAsync(new ClientFrame { Commit = ask }))
        {
            case { BodyCase: ServerFrame.BodyOneofCase.Accepted }:
                return await KeepAsync(before, commit, after);
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: { Code: RefusalCode.EpochChanged } } when before is not null:
                return null;
            case { BodyCase: ServerFrame.BodyOneofCase.Refused, Refused: var refused }:
                return new RoomAnswer.Refused(Sentences.Of(refused.Text));
            default:
                return RoomDesk.Lost;
        }
    }

    private Commit Sign(CommitDraft draft)
    {
        using var key = context.Credentials.OpenIdentityKey();
        return Commits.Sign(draft, context.Credentials.Identity, key, context.Credentials.Chain);
    }

    private async Task<RoomAnswer> KeepAsync(RoomState? before, Commit commit, RoomState after)
    {
        if (await context.Ledgers.AddOwnAsync(before, commit, after) is SyncOutcome.Refused refused) return new RoomAnswer.Refused(refused.Why);
        var (_, info) = await ReadAsync(after.Room);
        if (after.IsClosed || !after.Members.ContainsKey(Self)) return new RoomAnswer.Done(info);
        // Everyone gets the new head under this member's signature, so a server that hides the commit is found out.
        var contact = await database.RunAsync(
            rows =>
            {
                var room = rows.Rooms.Find(after.Room)!.Contact;
                rows.Outbox.AddEmpty(room, time.GetUtcNow());
                return room;
            },
            context.Ended);
        outbox.Poke(contact);
        return new RoomAnswer.Done(info);
    }
}
