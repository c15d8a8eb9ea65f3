using System.Text.Json.Serialization;

namespace TalkyWalky.App.Http;

internal enum ProblemCode
{
    /// <summary>The request is wrong: what was sent cannot mean anything here.</summary>
    Invalid,

    /// <summary>The server, this computer's own checks, or the guard of this API said no.</summary>
    Refused,
    Unreachable,
    NotLoggedIn,
    NotFound,

    /// <summary>Cookie or key are missing, or are of a run of the program that ended.</summary>
    NoSession,
    Failed,
}

/// <summary>An expected failure as RFC 9457 has it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">A sentence for a person that says what to do.</param>
internal sealed record Problem(int Status, ProblemCode Code, string Detail)
{
    public const string MediaType = "application/problem+json";

    public static Problem Invalid(string why) => new(400, ProblemCode.Invalid, why);

    public static Problem Refused(string why) => new(409, ProblemCode.Refused, why);

    public static Problem Unreachable(string why) => new(503, ProblemCode.Unreachable, why);

    public static Problem NotLoggedIn(string why) => new(403, ProblemCode.NotLoggedIn, why);

    public static Problem NotFound(string why) => new(404, ProblemCode.NotFound, why);

    public static Problem Failed(string why) => new(500, ProblemCode.Failed, why);
}

/// <summary>What an endpoint came to: a value or a problem.</summary>
internal sealed class Answer<T>
    where T : notnull
{
    private Answer(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public Problem? Problem { get; }

    public static implicit operator Answer<T>(T value) => new(value, null);

    public static implicit operator Answer<T>(Problem problem) => new(default, problem);
}

/// <summary>No body: 204 where it is an answer.</summary>
internal sealed record Nothing
{
    private Nothing() { }

    [JsonIgnore]
    public static Nothing Here { get; } = new();
}
