using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Makes the lists within output ones that PowerShell can index. A collection expression of C# gives a property of type
/// <see cref="IReadOnlyList{T}"/> a type of the compiler's own, with no indexer but those of its interfaces: PowerShell finds none, and
/// <c>$_.VMs[0]</c> is the whole list. An array of the same elements takes its place before the object is written.
/// </summary>
internal sealed class OutputLists
{
    // What the compiler makes is told by its name, which no C# source can spell.
    private const string CompilersOwn = "<>z__ReadOnly";

    private readonly Dictionary<Type, FieldInfo[]> _fields = [];

    // Records that are equal are still two, and what the pipeline has let go of is not held here.
    private readonly ConditionalWeakTable<object, object> _seen = new();

    /// <summary>Whether PowerShell cannot index it.</summary>
    public static bool IsCompilersOwn(Type type) => type.Name.StartsWith(CompilersOwn, StringComparison.Ordinal);

    /// <summary>The object as it is to be written: itself, with the lists replaced in it and in all of ours that its properties hold.</summary>
    /// <param name="output">An object of any type.</param>
    public object Prepare(object output)
    {
        object prepared = Plain(output);
        Stack<object> left = new([prepared]);
        while (left.Count > 0)
        {
            foreach (object inner in Inner(left.Pop()))
            {
                left.Push(inner);
            }
        }

        return prepared;
    }

    private static object Plain(object value)
    {
        Type type = value.GetType();
        if (!IsCompilersOwn(type))
        {
            return value;
        }

        ICollection list = (ICollection)value;
        Array array = Array.CreateInstance(type.GetGenericArguments()[0], list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    private static bool IsOurs(Type type) => !type.IsValueType && type.Namespace?.StartsWith(nameof(GpuVSphere), StringComparison.Ordinal) == true;

    // A getter may do work; what it was given to keep is in the field behind it.
    private static IEnumerable<FieldInfo> FieldsOf(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Select(property => property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic))
        .OfType<FieldInfo>()
        .Where(field => !field.FieldType.IsValueType && field.FieldType != typeof(string));

    private IEnumerable<object> Inner(object value)
    {
        if (_seen.TryGetValue(value, out _))
        {
            yield break;
        }

        _seen.Add(value, value);

        if (value is IDictionary dictionary)
        {
            value = dictionary.Values;
        }

        if (value is ICollection collection)
        {
            foreach (object inner in collection.OfType<object>().TakeWhile(inner => inner is ICollection || IsOurs(inner.GetType())))
            {
                yield return inner;
            }
        }
        else if (IsOurs(value.GetType()))
        {
            foreach (FieldInfo field in Fields(value.GetType()))
            {
                if (field.GetValue(value) is { } held)
                {
                    object plain = Plain(held);
                    if (!ReferenceEquals(plain, held))
                    {
                        field.SetValue(value, plain);
                    }

                    yield return plain;
                }
            }
        }
    }

    private FieldInfo[] Fields(Type type) => _fields.TryGetValue(type, out FieldInfo[]? fields) ? fields : _fields[type] = [.. FieldsOf(type)];
}
