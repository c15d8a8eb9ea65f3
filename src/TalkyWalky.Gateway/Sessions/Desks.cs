using TalkyWalky.Gateway.Log;
using TalkyWalky.Gateway.People;
using TalkyWalky.Gateway.Relaying;
using TalkyWalky.Gateway.Rooms;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Who answers what, for all sessions.</summary>
internal sealed record Desks(PeopleDesk People, RoomDesk Rooms, CommitDesk Commits, ProfileDesk Profiles, RelayDesk Relays, LogDesk Log);
